"""What reports show about a run that did not pass: expected and seen, the end of each timeline, and how to see it again."""

from collections.abc import Iterator

from dvara_examples.core.explanations import explanations
from dvara_examples.core.world import World
from dvara_examples.records.model import WHOLE_ENDINGS
from dvara_examples.records.results import RunResult
from dvara_examples.records.transcript import Exchange, Output, Transcript
from dvara_examples.records.verdict import Finding

_LINES = 6
_WIDTH = 140


def describe_failure(result: RunResult, world: World) -> Iterator[tuple[str, str]]:
    """Yield ``(label, text)`` pairs, most important first; labels may repeat, and each text is one line.

    For a flaky run, they describe the last failed attempt.
    """
    if result.flaky:
        yield "flaky", f"attempt {len(result.earlier)} failed as described below, attempt {len(result.earlier) + 1} passed"
        yield from describe_failure(result.earlier[-1], world)
        return
    if result.verdict.reason:
        yield from (("reason", line) for line in result.verdict.reason.splitlines())
    for finding in result.verdict.failures:
        yield from _finding(finding)
    if result.transcript is not None:
        yield from _timelines(result.transcript)
        yield "again", result.transcript.run.reproduce
        if words := to_explain(result, result.transcript):
            yield "explain", f"dvara-examples explain {' '.join(words)}"
    for place in result.places[1:] or result.places:
        yield "shown", f"{place.file}:{place.line}"
    for attempt in result.earlier:
        if attempt.stored is not None:
            yield "earlier", world.shown(attempt.stored)
    if result.stored is not None:
        yield "stored", world.shown(result.stored)


def to_explain(result: RunResult, transcript: Transcript) -> tuple[str, ...]:
    """Return the words of a failure that `explain` knows: findings, and the ending of the last exchange if it was not good."""
    last = transcript.last_exchange
    words = [finding.key for finding in result.verdict.failures]
    words += [last.ending] if last and last.ending not in WHOLE_ENDINGS else []
    return tuple(word for word in dict.fromkeys(words) if explanations(word))


def _finding(finding: Finding) -> Iterator[tuple[str, str]]:
    where = f", {finding.where}" if finding.where else ""
    yield finding.key, finding.sentence or "not as expected"
    yield "expected", _short(finding.expected) + (f"  ({finding.expected_at})" if finding.expected_at else "")
    yield "seen", f"{_short(finding.seen)}  ({finding.witness}{where})"


def _timelines(transcript: Transcript) -> Iterator[tuple[str, str]]:
    for exchange in transcript.exchanges[-3:]:
        yield from _wire(exchange)
    yield from (("wire", _short(note)) for note in transcript.notes)
    yield from _tail("stdout", transcript.stdout)
    yield from _tail("stderr", transcript.stderr)
    yield from (("process", note) for note in transcript.process.notes)


def _wire(exchange: Exchange) -> Iterator[tuple[str, str]]:
    response = exchange.response
    status = f"{response.status}" if response else "no response"
    count = f", {exchange.event_count} event{'s' * (exchange.event_count != 1)}" if exchange.event_count else ""
    head = f"request {exchange.number}: {exchange.request.method} {exchange.request.target} → {status}{count}, {exchange.ending}"
    remarks = "; ".join(exchange.remarks)
    yield "wire", _short(f"{exchange.started_at_s:6.2f} s  {head}" + (f" ({remarks})" if remarks else ""))
    for event in exchange.events[-3:]:
        shown = f"text {event.text!r}" if event.text else f"data:{event.data}"
        yield "", _short(f"{event.at_s:6.2f} s  {shown}")
    yield "", f"{exchange.ended_at_s:6.2f} s  end"


def _tail(label: str, output: Output) -> Iterator[tuple[str, str]]:
    lines = output.text.splitlines()
    if not lines:
        return
    last_s = output.pieces[-1].at_s if output.pieces else 0.0
    if len(lines) > _LINES:
        yield label, f"[{len(lines) - _LINES} lines before]"
        label = ""
    for line in lines[-_LINES:]:
        yield label, _short(line)
        label = ""
    yield "", f"{last_s:6.2f} s  last byte"


def _short(text: str) -> str:
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return shown if len(shown) <= _WIDTH else f"{shown[: _WIDTH - 40]} [...] {shown[-34:]}"
