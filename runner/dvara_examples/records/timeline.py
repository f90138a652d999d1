"""The timeline of one run: the wire and both pipes, attempt by attempt, on one clock.

It is computed from a transcript and is pure; every picture of a run (in a terminal, in a page) is drawn from it. Times are
seconds since the run began, sizes are bytes, labels are one line each with control characters made visible.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from dvara_examples.records.model import WHOLE_ENDINGS, Ending
from dvara_examples.records.transcript import Exchange, Output, ProcessEnd, Transcript, WireEvent

_LABEL_CHARS = 90
_SILENCE_S = 0.25
_SILENCE_SHARE = 0.2
"""A pause is drawn as a silence where it is so long, in seconds and as a share of what is drawn."""
_START_SHARE, _MARGIN_SHARE = 0.15, 0.04
_LEAST_S = 0.001


class Kind(StrEnum):
    """The meaning of a mark."""

    REQUEST = "request"
    HEAD = "head"
    TEXT = "text"
    """An event that carries text of the answer."""
    EVENT = "event"
    """Any other event: a role, a finish reason, ``[DONE]``, an error."""
    BYTES = "bytes"
    """A piece of a body that holds no events."""
    WRITTEN = "written"
    """What one read of a pipe returned."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at one moment; *count* is more than 1 if several are drawn as one."""

    at_s: float
    kind: Kind
    label: str
    size_bytes: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Silence:
    """A long silence within an attempt."""

    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request and its result.

    *row* is 0 unless another attempt was still in progress when it began; *left_out* counts events that the transcript does not
    have; *faults* are what the network was told to do, *remarks* are the tap's other notes.
    """

    number: int
    title: str
    started_at_s: float
    ended_at_s: float
    ending: Ending
    marks: tuple[Mark, ...]
    silences: tuple[Silence, ...] = ()
    left_out: int = 0
    row: int = 0
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the client got the whole answer."""
        return self.ending in WHOLE_ENDINGS


@dataclass(frozen=True, slots=True)
class Pipe:
    """What the example wrote to one pipe; *left_out_bytes* were not stored."""

    name: Literal["stdout", "stderr"]
    marks: tuple[Mark, ...]
    left_out_bytes: int = 0


@dataclass(frozen=True, slots=True)
class RunEnd:
    """The end of the process: *label* is ``exit 0`` or a signal, with the limit that caused it."""

    at_s: float
    label: str
    good: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is drawn of one run, from *from_s* to *to_s*: nothing happened before or after.

    *from_s* is 0, unless a runtime took so long to start that the rest would have little room. *notes* belong to no request, such
    as a connection that was refused.
    """

    attempts: tuple[Attempt, ...]
    stdout: Pipe
    stderr: Pipe
    end: RunEnd | None
    from_s: float
    to_s: float
    notes: tuple[str, ...] = ()

    def share(self, at_s: float) -> float:
        """Return the place of a moment, from 0.0 at the left edge to 1.0 at the right one."""
        return min(max((at_s - self.from_s) / (self.to_s - self.from_s), 0.0), 1.0)

    @property
    def rows(self) -> int:
        """How many rows the attempts need, so that none overlap."""
        return max((attempt.row for attempt in self.attempts), default=0) + 1


def timeline_of(transcript: Transcript) -> Timeline:
    """Return the timeline of one run."""
    pipes = (_pipe("stdout", transcript.stdout), _pipe("stderr", transcript.stderr))
    end = _end(transcript.process)
    times = [mark.at_s for pipe in pipes for mark in pipe.marks]
    times += [time for exchange in transcript.exchanges for time in (exchange.started_at_s, exchange.ended_at_s)]
    times += [event.at_s for exchange in transcript.exchanges for event in exchange.events[-1:]]
    to_s = max([_LEAST_S, *times, *([end.at_s] if end else [])])
    notes = (*transcript.notes, *transcript.process.notes)
    from_s = _from_s(min(times, default=0.0), to_s)
    return Timeline(
        tuple(_attempts(transcript.exchanges, to_s - from_s)), *pipes, end, from_s, to_s, tuple(map(_one_line, notes))
    )


def _from_s(first_s: float, to_s: float) -> float:
    """Omit the time before the first sign of life if it takes more than its share."""
    margin_s = max(_MARGIN_SHARE * (to_s - first_s), _LEAST_S)
    return max(first_s - margin_s, 0.0) if first_s > _START_SHARE * to_s else 0.0


def _attempts(exchanges: Iterable[Exchange], length_s: float) -> Iterator[Attempt]:
    free_at_s: list[float] = []
    for exchange in sorted(exchanges, key=lambda exchange: exchange.started_at_s):
        row = next((row for row, at_s in enumerate(free_at_s) if at_s <= exchange.started_at_s), len(free_at_s))
        free_at_s[row : row + 1] = [exchange.ended_at_s]
        marks = tuple(_wire_marks(exchange))
        remarks = filter(None, (exchange.problem, *exchange.notes))
        yield Attempt(
            number=exchange.number,
            title=_title(exchange),
            started_at_s=exchange.started_at_s,
            ended_at_s=exchange.ended_at_s,
            ending=exchange.ending,
            marks=marks,
            silences=tuple(_silences(marks, exchange.ended_at_s, length_s)),
            left_out=max(exchange.event_count - len(exchange.events), 0),
            row=row,
            faults=tuple(_one_line(str(fault)) for fault in exchange.faults),
            remarks=tuple(_one_line(str(remark)) for remark in remarks),
        )


def _title(exchange: Exchange) -> str:
    asked = exchange.request
    status = exchange.response.status if exchange.response else "no response"
    return _short(f"{asked.method} {asked.target} → {status}")


def _wire_marks(exchange: Exchange) -> Iterator[Mark]:
    yield Mark(exchange.started_at_s, Kind.REQUEST, f"request {exchange.number}", exchange.request.body_size_bytes)
    if exchange.response and exchange.responded_at_s is not None:
        reason = f" {exchange.response.reason}" if exchange.response.reason else ""
        yield Mark(exchange.responded_at_s, Kind.HEAD, _short(f"{exchange.response.status}{reason}"))
    if exchange.events:
        yield from map(_event_mark, exchange.events)
        return
    for piece in exchange.pieces:
        if exchange.response and exchange.response.body_size_bytes:
            yield Mark(piece.at_s, Kind.BYTES, f"{piece.size_bytes} bytes", piece.size_bytes)


def _event_mark(event: WireEvent) -> Mark:
    if event.text:
        return Mark(event.at_s, Kind.TEXT, _short(f"text {event.text!r}"), len(event.text.encode("utf-8", "replace")))
    name = "" if event.name == "message" else f"event {event.name}, "
    return Mark(event.at_s, Kind.EVENT, _short(f"{name}data {event.data}"), 0)


def _silences(marks: Sequence[Mark], ended_at_s: float, length_s: float) -> Iterator[Silence]:
    least_s = max(_SILENCE_S, _SILENCE_SHARE * length_s)
    times = [mark.at_s for mark in marks]
    for from_s, to_s in zip(times, [*times[1:], ended_at_s], strict=True):
        if to_s - from_s >= least_s:
            yield Silence(from_s, to_s)


def _pipe(name: Literal["stdout", "stderr"], output: Output) -> Pipe:
    marks = tuple(
        Mark(piece.at_s, Kind.WRITTEN, _short(repr(piece.data[:400].decode("utf-8", "replace"))), len(piece.data))
        for piece in output.pieces
    )
    return Pipe(name, marks, output.size_bytes - sum(mark.size_bytes for mark in marks))


def _end(process: ProcessEnd) -> RunEnd | None:
    if process.exit_code is None and process.signal is None:
        return None
    at_s = process.duration_s if process.ended_at_s is None else process.ended_at_s
    label = process.signal or f"exit {process.exit_code}"
    if process.limit:
        label = f"{label}, stopped by the {process.limit} limit"
    elif process.interrupted:
        label = f"{label}, interrupted"
    return RunEnd(at_s, label, process.exit_code == 0)


def moments(timeline: Timeline) -> Iterator[tuple[float, str, str]]:
    """Yield everything as ``(seconds, lane, what)``, in the order of time; a lane is ``wire 1`` or a pipe's name."""
    happened = [
        (mark.at_s, f"wire {attempt.number}", attempt.title if mark.kind is Kind.REQUEST else mark.label)
        for attempt in timeline.attempts
        for mark in attempt.marks
    ]
    happened += [(mark.at_s, pipe.name, mark.label) for pipe in (timeline.stdout, timeline.stderr) for mark in pipe.marks]
    for attempt in timeline.attempts:
        remarks = "; ".join((*attempt.remarks, *attempt.faults))
        what = f"{attempt.ending} ({remarks})" if remarks else str(attempt.ending)
        happened.append((attempt.ended_at_s, f"wire {attempt.number}", what))
    if timeline.end is not None:
        happened.append((timeline.end.at_s, "process", timeline.end.label))
    yield from sorted(happened, key=lambda moment: moment[0])


def thinned(marks: Sequence[Mark], timeline: Timeline, most: int) -> tuple[Mark, ...]:
    """Return *marks*, or if there are more than *most*, that many slices of *timeline* with the marks of each slice merged.

    A slice with text counts as text; sizes and counts add up.
    """
    if len(marks) <= most:
        return tuple(marks)
    slices: dict[int, list[Mark]] = {}
    for mark in marks:
        slices.setdefault(min(int(timeline.share(mark.at_s) * most), most - 1), []).append(mark)
    return tuple(_together(held) for _, held in sorted(slices.items()))


def _together(marks: Sequence[Mark]) -> Mark:
    if len(marks) == 1:
        return marks[0]
    first = next((mark for mark in marks if mark.kind is Kind.TEXT), marks[0])
    count, size_bytes = sum(mark.count for mark in marks), sum(mark.size_bytes for mark in marks)
    return Mark(first.at_s, first.kind, f"{count} pieces, {size_bytes} bytes", size_bytes, count)


def scale(from_s: float, to_s: float, most: int) -> tuple[float, ...]:
    """Return at most *most* moments from *from_s* to *to_s* that are multiples of 1, 2 or 5 times a power of ten."""
    steps = (factor * 10.0**power for power in range(-4, 6) for factor in (1, 2, 5))
    step_s = next(step for step in steps if (to_s - from_s) / step <= most - 1)
    first, last = math.ceil(from_s / step_s - 1e-9), math.floor(to_s / step_s + 1e-9)
    return tuple(round(number * step_s, 6) for number in range(first, last + 1))


def seconds(at_s: float) -> str:
    """Return a time of a scale in words: ``0.5 s``, ``20 ms``."""
    if 0 < at_s < 0.1:
        return f"{at_s * 1000:g} ms"
    return f"{at_s:g} s"


def _one_line(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _short(text: str) -> str:
    shown = _one_line(text[: 2 * _LABEL_CHARS])
    return shown if len(shown) <= _LABEL_CHARS else f"{shown[: _LABEL_CHARS - 1]}…"
