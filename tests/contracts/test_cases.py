"""No case of a stream and its end gets lost: each has its tests on the wire, and an entry that tries the examples on it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
TESTS = REPOSITORY / "tests"
CASES: Mapping[str, Mapping[str, object]] = yaml.safe_load((TESTS / "data" / "cases.yaml").read_text("utf-8"))["cases"]
ENTRIES = {
    example["id"]: example
    for example in yaml.safe_load((REPOSITORY / "examples" / "manifest.yaml").read_text("utf-8"))["examples"]
}
LANGUAGES = {"python", "node", "java"}
COUNTS = {"F": 22, "S": 12, "E": 17, "R": 13, "C": 6, "T": 4}
"""How many cases there are of each kind."""


def entries_of(case: str) -> dict[str, Mapping[str, object]]:
    """Return the entries of the manifest that try the examples on *case*: those that bear its name, and those it names."""
    named = CASES[case].get("examples", [])
    assert isinstance(named, list)
    return {id_: entry for id_, entry in ENTRIES.items() if id_.startswith(f"conform-{case.lower()}-") or id_ in named}


def tried(case: str) -> set[str]:
    """Return the languages in which the entries of *case* try examples."""
    found: set[str] = set()
    for entry in entries_of(case).values():
        assert isinstance(entry["variants"], Mapping)
        found |= set(entry["variants"])
    return found


def excused(case: str) -> set[str]:
    """Return the languages that have a reason not to be tried on *case*."""
    reasons = CASES[case].get("languages", {})
    assert isinstance(reasons, Mapping)
    return set(reasons)


def missing(case: str) -> Iterator[str]:
    """Name what is still to be done for *case*."""
    if not CASES[case].get("tests"):
        yield "tests"
    if not entries_of(case) and not CASES[case].get("no_example"):
        yield "examples"
    elif entries_of(case) and tried(case) | excused(case) != LANGUAGES:
        yield "languages"


def test_every_case_is_listed() -> None:
    """Cases are added, and none is taken away; each says in words what it is."""
    for kind, count in COUNTS.items():
        assert len([case for case in CASES if case.startswith(kind)]) >= count
    assert [case for case, what in CASES.items() if not re.fullmatch(r"[A-Z]\d\d", case) or not what["says"]] == []


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_missing_of_a_case(case: str) -> None:
    """It has a test on the wire, and entries that try the examples on it in every language, or a reason."""
    assert list(missing(case)) == []


@pytest.mark.parametrize("case", CASES)
def test_the_tests_of_a_case_exist(case: str) -> None:
    """Each names a file, and in it a function or the id of a parameter."""
    named = CASES[case].get("tests", [])
    assert isinstance(named, list)
    for test in named:
        file, _, name = test.partition("::")
        text = (TESTS / file).read_text("utf-8")
        assert f"def {name}(" in text or f'"{name}"' in text, test


@pytest.mark.parametrize("case", CASES)
def test_the_entries_that_a_case_names_exist(case: str) -> None:
    """An entry next to those that bear the case's name is there, and a language is left out for a reason only."""
    named, reasons = CASES[case].get("examples", []), CASES[case].get("languages", {})
    assert isinstance(named, list)
    assert isinstance(reasons, Mapping)
    assert set(named) <= set(ENTRIES)
    assert all(isinstance(reason, str) and reason for reason in reasons.values())
    assert not excused(case) & tried(case)


def test_every_conformance_entry_belongs_to_a_case() -> None:
    """An entry's name begins with its case, and its tag says when it is run."""
    for id_, entry in ENTRIES.items():
        if id_.startswith("conform-"):
            assert id_.split("-")[1].upper() in CASES, id_
            assert entry["tags"] in (["conformance"], ["conformance-slow"], ["conformance-table"]), id_
            assert entry["opt_in"], id_
