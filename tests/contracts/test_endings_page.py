"""The tables of docs/endings.md are in step with the manifest that makes them."""

import pytest
import yaml

from dvara_examples.records.model import Ending
from tests.endings_page import (
    LANGUAGES,
    NAIVE,
    NAIVE_CLIENTS,
    NAIVE_FILES,
    NOT_SHOWN,
    PAGE,
    REPOSITORY,
    WIRES,
    read_table,
)
from tests.endings_wires import PROTOCOLS

ENTRIES = {e["id"]: e for e in yaml.safe_load((REPOSITORY / "examples" / "manifest.yaml").read_text("utf-8"))["examples"]}
TABLES = {name: read_table(PAGE.read_text("utf-8"), name) for name in ("shipped", "naive")}
BOTH = pytest.mark.parametrize("name", TABLES)


@BOTH
def test_a_table_has_a_row_for_each_entry_in_order(name: str) -> None:
    """What is tried is what is shown, and every entry is there in every language."""
    assert list(TABLES[name]) == list(WIRES), "make endings"
    assert all(set(ENTRIES[entry]["variants"]) == set(LANGUAGES) for entry in WIRES)


@BOTH
def test_a_row_shows_the_ending_that_the_manifest_expects(name: str) -> None:
    """An entry whose expectation was changed is run again for the page."""
    for entry, row in TABLES[name].items():
        wanted = ENTRIES[entry]["expect"].get("ends", "done" if "disconnects_within_s" in ENTRIES[entry]["expect"] else None)
        assert row["on the wire"] == f"`{wanted}`", entry
        assert row["what comes"] == WIRES[entry]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_table_of_a_protocol_is_in_step(name: str) -> None:
    """Its rows are the entries that try the example, with the endings that these expect."""
    rows = read_table(PAGE.read_text("utf-8"), name)
    assert list(rows) == list(PROTOCOLS[name]), "make endings"
    assert list(read_table(PAGE.read_text("utf-8"), f"naive-{name}")) == list(rows)
    for entry, row in rows.items():
        wanted = ENTRIES[entry]["expect"]
        assert row["on the wire"] == f"`{wanted.get('ends', 'done')}`", entry
        if "exit" in wanted:
            assert {row[language].startswith("exit 0") for language in LANGUAGES.values()} == {wanted["exit"] == 0}, entry


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_ending_has_a_row_in_each_protocol(name: str) -> None:
    """There is none where no stream was asked for, where the last word is chat's alone, and where the client left by itself."""
    shown = {row["on the wire"].strip("`") for row in read_table(PAGE.read_text("utf-8"), name).values()}
    assert {*shown, Ending.ANSWERED, Ending.DONE_WITHOUT_SENTINEL, Ending.CLIENT_CLOSED} == set(Ending)


@BOTH
def test_every_ending_has_a_row(name: str) -> None:
    """No ending stays without what clients make of it, but for those with a reason."""
    shown = {row["on the wire"].strip("`") for row in TABLES[name].values()}
    assert {*shown, *NOT_SHOWN} == set(Ending)


def test_the_shipped_examples_are_never_fooled_and_naive_clients_are() -> None:
    """What an example has to tell it tells in all languages; plain loops let half an answer pass for a whole."""
    for entry, row in TABLES["shipped"].items():
        for language in LANGUAGES.values():
            assert (row[language].startswith("exit 0")) == (ENTRIES[entry]["expect"]["exit"] == 0), (entry, language)
            assert "stack trace" not in row[language]
    fooled = [entry for entry, row in TABLES["naive"].items() if "**" in "".join(row.values())]
    assert "conform-e21-silent-truncation" in fooled


def test_naive_clients_are_what_they_are_called() -> None:
    """They take address and key as the examples do, and look neither at a finish_reason nor at a status."""
    for file in [*NAIVE_FILES.values(), *(file for files in NAIVE_CLIENTS.values() for file in files.values())]:
        text = (NAIVE / file).read_text("utf-8")
        assert "DVARA_URL" in text
        assert not [
            word for word in ("finish_reason", "stop_reason", "statusCode", "completed", "except", "catch") if word in text
        ]
