"""The page of client libraries: what a report's rows become, and how a newer release's cells are told from the page's."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients_page import PAGE, cells_on, clients, differences, lines, main, not_told_yet, page, with_newer

SESSION = {"started_utc": "2026-11-27T15:00:00+00:00"}


def result(
    example: str, stdout: str = "", stderr: str = "", *, code: int = 0, requests: int = 1, bad: str = ""
) -> dict[str, Any]:
    """Build one entry of a report."""
    run = {
        "stdout": {"text": stdout},
        "stderr": {"text": stderr},
        "exit_code": code,
        "limit": "idle" if bad == "limit" else None,
        "launcher": "python",
        "exchanges": [{}] * requests,
        "versions": {"litellm": "9.9.9", "agno": "1.0"},
    }
    return {"example": example, "run": run, "findings": [{"key": bad, "ok": False}] if bad else []}


def cells(naive: dict[str, Any], *more: dict[str, Any]) -> tuple[str, ...]:
    """Return the cells of the only row."""
    (client,) = clients([naive, *more])
    (row,) = client.rows.values()
    return row.cells[1:]


NAIVE = "litellm-naive-s04-cut"


@pytest.mark.parametrize(
    ("stdout", "said"),
    [
        ("", "nothing"),
        ("Hello", "half of it"),
        ("Hello wor", "the half that came"),
        ("Hello world\n", "the whole answer"),
        ("Hello worHello wor", "the half that came, **2 times**"),
    ],
)
def test_what_was_printed_is_told_by_its_text(stdout: str, said: str) -> None:
    """Nothing, a half, the whole, and how often."""
    again = "never_repeats" if said.endswith("**") else ""
    assert cells(result(NAIVE, stdout, bad=again))[0] == said
    assert cells(result(NAIVE, stdout))[-1] == f"`{NAIVE}`"


def test_an_end_is_an_error_by_name_or_normal_and_bold_where_it_misleads() -> None:
    """The last error named counts in Python, where the cause comes first."""
    traceback = "httpx.ReadError: x\n\nopenai.APIConnectionError: Connection error."
    assert cells(result(NAIVE, stderr=traceback, code=1))[1] == "`APIConnectionError`"
    late = f"{traceback}\n\nImportError: sys.meta_path is None, Python is likely shutting down"
    assert cells(result(NAIVE, stderr=late, code=1))[1] == "`APIConnectionError`"
    assert cells(result(NAIVE, stderr="odd", code=3))[1] == "exit 3"
    assert cells(result(NAIVE, bad="reports_incomplete"))[1] == "**ends normally**"
    assert cells(result(NAIVE, stderr="APIError: x"))[1] == "ends normally, logs `APIError`"
    assert cells(result(NAIVE, bad="limit"))[1].startswith("**waits**")
    told = result(NAIVE, "Hello wor (length)")
    told["findings"] = [{"key": "reports_incomplete", "ok": True, "seen": "finish_reason length; exit 0, but it says 'length'"}]
    assert cells(told)[1] == "ends normally, says `length`"


def test_the_finish_reason_is_what_the_example_read() -> None:
    """A whole answer is stop; otherwise its own line says it, and an error reads none."""
    example = "litellm-s04-cut"
    assert cells(result(NAIVE))[3] == "-"
    assert cells(result(NAIVE), result(example))[3] == "`stop`"
    assert (
        cells(result(NAIVE), result(example, stderr="incomplete: finish_reason is content-filter", code=1))[3]
        == "`content-filter`"
    )
    assert cells(result(NAIVE), result(example, stderr="incomplete: finish_reason is None", code=1))[3] == "none"
    assert cells(result(NAIVE), result(example, stderr="failed: x", code=1))[3] == "-"


def test_how_long_a_silent_stream_is_waited_for_is_told_to_five_seconds() -> None:
    """Where the run's own limit came first, only that it is longer is known."""
    gave_up, waits = result("litellm-naive-s19-silence", code=1), result("litellm-naive-s19-silence", bad="limit")
    gave_up["run"]["exchanges"] = [{"started_at_s": 1.0, "ended_at_s": 31.2}]
    assert [clients([run])[0].silence for run in (gave_up, waits, result(NAIVE))] == ["30 s", "over 45 s", "-"]


def test_a_tool_that_ran_is_told_with_its_arguments() -> None:
    """In bold if its call was cut; a client that runs such calls comes first."""
    name = "litellm-naive-s21-call-length"
    assert cells(result(name, "x\ntool pay(25)\n", bad="executes_cut_tool_call"))[0] == "**ran `pay(25)`**"
    assert cells(result("litellm-naive-s20-call", "tool pay(2500)\nPaid."), result("litellm-s20-call"))[:4:3] == (
        "ran `pay(2500)`",
        "`tool_calls`",
    )
    assert cells(result(name, "Paid."))[0] == "the tool did not run"
    worse = clients([result("agno-naive-s04-cut", bad="reports_incomplete"), result(name, bad="executes_cut_tool_call")])
    assert [client.id for client in worse] == ["litellm", "agno"]


def test_the_worst_client_comes_first() -> None:
    """One that passes a cut answer off as whole stands before one that raises."""
    found = clients([result(NAIVE, code=1), result("agno-naive-s04-cut", bad="reports_incomplete")])
    assert [client.id for client in found] == ["agno", "litellm"]


def test_a_cell_that_differs_is_named_with_what_it_was() -> None:
    """A newer release that raises, or asks more often, is told; an equal row and a new client are not."""
    old = "\n".join(lines(clients([result(NAIVE, "Hello wor", bad="reports_incomplete")]), SESSION))
    new = "\n".join(lines(clients([result(NAIVE, "Hello wor", code=1, requests=2), result("agno-naive-s04-cut")]), SESSION))
    old = old.replace("9.9.9", "9.9.8")
    title = "LiteLLM (9.9.8 to 9.9.9), half an answer, then the response ends in good order"
    assert differences(old, new) == [f"{title}, the loop: was **ends normally**, is exit 1", f"{title}, requests: was 1, is 2"]
    assert differences(old, old) == []


def test_the_page_as_it_is_reads_back_whole(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Twenty clients with every stream that the naive loops try; a report without its clients changes no cell."""
    found = cells_on(PAGE.read_text("utf-8"))
    assert len({client for client, _ in found}) >= 20
    assert {len(row) for row in found.values()} == {5}
    empty = tmp_path / "report.json"
    empty.write_text(json.dumps({"session": SESSION, "results": []}))
    assert main(["--against", str(empty)]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("words", [[], ["--newer"]])
def test_the_page_is_never_written_from_a_part_of_the_runs(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Clients that did not run would vanish from it; the message names one, and the page stays."""
    before, part = PAGE.read_text("utf-8"), tmp_path / "report.json"
    part.write_text(json.dumps({"session": SESSION, "results": [result(NAIVE)]}))
    assert main([*words, str(part)]) == 1
    assert "expected a run of every entry of the manifest, found " in capsys.readouterr().err
    assert PAGE.read_text("utf-8") == before


def test_what_newer_releases_change_stands_in_a_part_of_its_own() -> None:
    """One line per cell; the tables and what is written by hand stay."""
    text = PAGE.read_text("utf-8")
    report = {"session": {**SESSION, "runtimes": [{"language": "node", "version": "24.19.0"}]}, "results": []}
    renewed = with_newer(text, ["AI SDK (6.0 to 7.0), x, requests: was 1, is 2"], [report])
    assert "with node 24.19.0.\n\n- AI SDK (6.0 to 7.0), x, requests: was 1, is 2\n" in renewed
    assert cells_on(renewed) == cells_on(text)
    assert renewed.endswith(text[-200:])
    later = ["AI SDK (6.0 to 7.1), x, requests: was 1, is 2", "AI SDK (6.0 to 7.1), x, requests: was 1, is 3"]
    assert not_told_yet(renewed, later) == later[1:]


def test_what_is_written_by_hand_stays() -> None:
    """Only the part between the marks is renewed."""
    text = PAGE.read_text("utf-8")
    renewed = page(text, [{"session": SESSION, "results": [result(NAIVE)]}])
    assert renewed.split("<!--")[0] == text.split("<!--")[0]
    assert renewed.split("-->")[-1] == text.split("-->")[-1]
    assert "9.9.9" in renewed
