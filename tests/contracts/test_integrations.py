"""What the examples of client libraries promise, and that their manifest is the one that their lists make."""

import re
from pathlib import Path

import pytest

from tests.clients_manifest import FOLDER, MANIFEST, NAIVE, manifest_text, read

MOST_LINES = {"python": 40, "node": 40, "java": 60}
CLIENTS = read("clients.yaml")
SHOWN = pytest.mark.parametrize("client", CLIENTS)


def code(file: Path) -> list[str]:
    """Return the lines of a script's region, which people copy."""
    lines = file.read_text("utf-8").splitlines()
    start, end = (next(n for n, line in enumerate(lines) if f"[{tag} " in line) for tag in ("START", "END"))
    return lines[start + 1 : end]


def test_the_manifest_is_what_its_lists_make() -> None:
    """`make clients-manifest` writes it; nobody edits it by hand."""
    assert MANIFEST.read_text("utf-8") == manifest_text()


def test_there_are_twenty_clients_in_three_languages() -> None:
    """The aim of the page."""
    assert len(CLIENTS) >= 20
    assert {client["language"] for client in CLIENTS.values()} == set(MOST_LINES)


@SHOWN
def test_an_example_is_short_and_asks_for_the_finish_reason(client: str) -> None:
    """It takes everything from the environment, reads a finish reason, and has a way out for a failure."""
    language, file = CLIENTS[client]["language"], FOLDER / CLIENTS[client]["file"]
    text = file.read_text("utf-8")
    assert len(code(file)) <= MOST_LINES[language]
    for name in ("DVARA_URL", "DVARA_API_KEY is not set", "DVARA_MODEL", "http://localhost:8080/v1"):
        assert name in text
    assert f"Run it: DVARA_API_KEY=gw_... {'jbang' if language == 'java' else language} {file.name}" in text
    assert re.search("finish_?reason|reasons", text, re.IGNORECASE)
    assert {"python": "sys.exit(", "node": "process.exitCode = 1", "java": "System.exit(1)"}[language] in text
    assert "dvara_examples" not in text


@pytest.mark.parametrize("client", [client for client, about in CLIENTS.items() if "tools" in about])
def test_an_example_with_a_tool_runs_it_after_the_finish_reason_alone(client: str) -> None:
    """The guard stands before the call."""
    text = "\n".join(code(FOLDER / CLIENTS[client]["tools"]))
    guard = re.search(r'finish_?reason (?:!=|!==|not in) .*"tool.calls"', text, re.IGNORECASE)
    assert guard
    assert "pay" in text[guard.end() :]
    assert len(text.splitlines()) <= MOST_LINES[CLIENTS[client]["language"]]


@SHOWN
def test_a_naive_twin_asks_for_nothing(client: str) -> None:
    """It is the short loop of the client's first pages: no finish reason, no exit status of its own."""
    text = (FOLDER / CLIENTS[client][NAIVE]).read_text("utf-8")
    assert not re.search("finish_?reason|sys.exit|exitCode|System.exit\\(1\\)", text, re.IGNORECASE)
    assert len(text.splitlines()) <= 40


@SHOWN
def test_the_page_says_of_each_client_whether_it_runs_tools(client: str) -> None:
    """A client is tried with a tool, or its entry says why there is nothing to try."""
    assert ("naive_tools" in CLIENTS[client]) != ("runs_tools" in CLIENTS[client])


@SHOWN
def test_an_example_is_never_known_to_pass_a_cut_answer_off_as_whole(client: str) -> None:
    """What an example may be known to fail is a whole answer that its client loses; never the report of one that is not whole."""
    for known in CLIENTS[client].get("known", ()):
        if not known.get(NAIVE, False):
            finding = known["finding"]
            fails = {finding} if isinstance(finding, str) else {*finding}
            assert not {"reports_incomplete", "executes_cut_tool_call"} & fails
            assert known["upstream"]


@SHOWN
def test_the_page_links_the_example_and_its_naive_loop(client: str) -> None:
    """Whoever reads what a client hides finds the code that shows it; the README leads to the folder and to the page."""
    page, readme = ((MANIFEST.parents[2] / name).read_text("utf-8") for name in ("docs/clients.md", "README.md"))
    for kind in ("file", NAIVE):
        assert f"](../examples/integrations/{CLIENTS[client][kind]})" in page
    assert "](examples/integrations/)" in readme
    assert "](docs/clients.md)" in readme


@SHOWN
def test_what_is_known_names_streams_that_exist_and_a_reason(client: str) -> None:
    """An entry for a stream that is gone would hide nothing and mislead."""
    streams = read("streams.yaml")
    for known in CLIENTS[client].get("known", ()):
        assert set(known["streams"]) <= set(streams)
        assert known["finding"]
        assert known["because"]
