"""Sessions to report, and places to report them to."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.results import RunResult, SourceLine, Summary
from dvara_examples.records.verdict import Finding, Outcome, Verdict, Witness
from dvara_examples.reports import SessionInfo, report_module
from dvara_examples.reports._target import file_target
from dvara_examples.toolchains import Runtime
from tests.factories import make_exchange, make_transcript

Write = Callable[..., str]


def about(planned: Sequence[RunResult] = ()) -> SessionInfo:
    """Return what is known before the first run of *planned*."""
    return SessionInfo(
        version="0.1.0",
        started_utc="2026-11-22T20:00:00+00:00",
        gateway="embedded",
        deps="locked",
        runtimes=(Runtime("python", "3.11.7", Path("/usr/bin/python3"), "PATH"),),
        planned=tuple((result.variant_id, result.language) for result in planned),
        folder="runs/one",
    )


def make_result(
    outcome: Outcome = Outcome.PASSED, variant_id: str = "stream-basic[python]", reason: str = "", **more: object
) -> RunResult:
    """Build a result of that outcome; what could not run has no transcript."""
    language = variant_id.rstrip("]").partition("[")[2]
    ran = outcome in (Outcome.PASSED, Outcome.FAILED)
    bad = outcome is Outcome.FAILED
    finding = Finding(
        "ends", Witness.WIRE, not bad, "done", "truncated" if bad else "done", "it was cut" if bad else "", "request 1"
    )
    ending = Ending.TRUNCATED if bad else Ending.DONE
    transcript = make_transcript(
        variant_id=variant_id, stdout="Hello world\n", stderr="oops\n", exchanges=[make_exchange(ending=ending)]
    )
    values: dict[str, object] = {
        "title": "tokens, as they arrive",
        "places": (SourceLine(f"examples/{language}/stream_basic.x", 12), SourceLine("docs/streaming.md", 40)),
        "transcript": transcript if ran else None,
        "stored": Path("/runs/one/stream-basic.jsonl") if ran else None,
    }
    verdict = Verdict(outcome, (finding,) if ran else (), reason or ("" if ran else "no JDK 21 or newer was found"))
    return RunResult(variant_id, language, verdict, **{**values, **more})  # type: ignore[arg-type]


ONE_OF_EACH = tuple(
    make_result(outcome, f"stream-{number}[{language}]")
    for number, outcome in enumerate(Outcome)
    for language in ("python", "java")
)


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Return a function that lets a report of a kind be written, and returns its text."""
    with ExitStack() as stack:

        def call(kind: str, *results: RunResult, path: Path = tmp_path / "out", **how: bool) -> str:
            target = stack.enter_context(file_target(path))
            reporter = report_module(kind).open_report(about(results), target)
            for result in results:
                reporter.result(result)
            reporter.close(Summary.of(results, **how))
            return path.read_text("utf-8") if path.exists() else ""

        yield call
