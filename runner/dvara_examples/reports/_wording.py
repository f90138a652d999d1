"""The words that several reports share for a result that did not pass, and an escape for misleading characters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dvara_examples.core.errors import ExitCode
from dvara_examples.records.results import RunResult, SourceLine, Summary
from dvara_examples.records.transcript import Exchange
from dvara_examples.records.verdict import Finding, Outcome
from dvara_examples.reports._evidence import to_explain

_MISLEADING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters of terminals, and what XML cannot contain
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # changes the direction of text
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)


def visible(text: str) -> str:
    r"""Return *text* with every misleading character escaped, as in ``\\x1b``.

    Tabs and line ends stay; CR before LF goes.
    """
    return _MISLEADING.sub(lambda found: repr(found[0])[1:-1], text.replace("\r\n", "\n"))


def one_line(text: str, most_chars: int = 200) -> str:
    """Return *text* as one visible line of at most *most_chars*."""
    line = " ".join(visible(text).split())
    return line if len(line) <= most_chars else f"{line[: most_chars - 4].rstrip()} ..."


def location(place: SourceLine) -> str:
    """Return ``file:line``, as compilers write it and editors open it."""
    return f"{visible(place.file)}:{place.line}"


def placed(result: RunResult, within: str) -> RunResult:
    """Return *result* with places relative to the repository (the root is at *within* in it), as services link them."""
    places = tuple(replace(p, file=p.file if p.file.startswith("/") else f"{within}{p.file}") for p in result.places)
    return replace(result, places=places)


def headline(result: RunResult) -> str:
    """Say in one line why a result did not pass."""
    if result.flaky:
        before = "; ".join(headline(attempt) for attempt in result.earlier)
        return one_line(f"flaky: passed at attempt {len(result.earlier) + 1}, after {before}", 400)
    if result.verdict.failures:
        first, *more = result.verdict.failures
        rest = f" (and {len(more)} more)" if more else ""
        return one_line(f"{first.key}: {first.sentence or f'expected {first.expected}, seen {first.seen}'}") + rest
    return one_line(result.verdict.reason or result.verdict.outcome)


def explanation(result: RunResult) -> str:
    """Say in a few lines what was expected, what was seen, how each request ended, and how to see it again."""
    return visible("\n".join(_lines(result)))


def _lines(result: RunResult) -> Iterator[str]:
    if result.flaky:
        yield headline(result)
    if result.verdict.reason:
        yield result.verdict.reason
    for finding in result.verdict.failures:
        yield from _finding(finding)
    for number, attempt in enumerate(result.earlier, 1):
        yield f"attempt {number}: {attempt.verdict.outcome}, {headline(attempt)}"
    if result.transcript is not None:
        yield from map(_exchange, result.transcript.exchanges[-3:])
        yield from (f"wire: {one_line(note)}" for note in result.transcript.notes)
        yield f"again: {result.transcript.run.reproduce}"
        if words := to_explain(result, result.transcript):
            yield f"explain: dvara-examples explain {' '.join(words)}"


def _finding(finding: Finding) -> Iterator[str]:
    where = f", {finding.where}" if finding.where else ""
    yield f"{finding.key}: {finding.sentence or 'not as expected'}"
    at = f" ({visible(finding.expected_at)})" if finding.expected_at else ""
    yield f"  expected  {one_line(finding.expected)}{at}"
    yield f"  seen      {one_line(finding.seen)} ({finding.witness}{where})"


def _exchange(exchange: Exchange) -> str:
    status = exchange.response.status if exchange.response else "no response"
    remarks = "; ".join(exchange.remarks)
    request = f"{exchange.request.method} {exchange.request.target}"
    return one_line(f"request {exchange.number}: {request} → {status}, {exchange.ending}" + (f" ({remarks})" if remarks else ""))


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that makes a session fail although no single result does; *outcome* is the kind of failure."""

    word: str
    name: str
    sentence: str
    outcome: Outcome


def troubles(summary: Summary) -> Iterator[Trouble]:
    """Yield what a report must say in addition to its results, to be as red as the exit code."""
    for disparity in summary.disparities:
        sentence = f"the languages of an example differ on the same wire: {disparity}"
        yield Trouble("parity", f"parity of {disparity.example_id}", sentence, Outcome.FAILED)
    if summary.interrupted:
        yield Trouble("interrupted", "interruption", "the session was interrupted; what had ended is kept", Outcome.ERRORED)
    if summary.exit_code is ExitCode.NOTHING_SELECTED:
        sentence = "nothing ran: every selected run was skipped; each shows its reason"
        yield Trouble("nothing-ran", "selection", sentence, Outcome.ERRORED)


def red(result: RunResult, summary: Summary) -> bool:
    """Tell whether *result* alone makes the session fail."""
    if result.flaky:
        return not summary.allow_flaky
    return result.verdict.outcome in (Outcome.FAILED, Outcome.ERRORED)


def remarkable(result: RunResult) -> bool:
    """Tell whether there is something to explain about *result*."""
    return result.flaky or result.verdict.outcome in (Outcome.FAILED, Outcome.ERRORED)


def severity(result: RunResult) -> int:
    """Order results like exit codes, worst first: internal errors, failed, errored, flaky."""
    if result.internal:
        return 0
    if result.flaky:
        return 3
    return {Outcome.FAILED: 1, Outcome.ERRORED: 2}.get(result.verdict.outcome, 4)
