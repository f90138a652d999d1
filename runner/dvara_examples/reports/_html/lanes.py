"""The place of each mark of a timeline: horizontally in percent of the width, vertically in pixels.

Only the width stretches, so letters and symbols keep their size on a phone and on a wide screen. A few marks are drawn
individually, each with its words; more become one line without words, and more than a screen can show are merged.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dvara_examples.records.model import Ending
from dvara_examples.records.timeline import Attempt, Kind, Mark, Pipe, Timeline, scale, seconds, thinned

TOP, ROW, PIPE, BOTTOM = 18, 42, 34, 18
"""Heights: the line above, one row of attempts (a line of words and a bar), one pipe, the scale below."""
BAR = 22
STRETCH = 1000
"""The width of the canvas that stretches, on which many marks are drawn as one path."""
_MOST_DRAWN = 250
_TICKS = 6
_LABEL_WIDTH = 17.0
_NUMBER_WIDTH = 3.0
"""How much of the width, in percent, the words of an attempt need, or its number alone."""

_SYMBOLS = {
    Ending.DONE: "whole",
    Ending.DONE_WITHOUT_SENTINEL: "whole",
    Ending.ANSWERED: "whole",
    Ending.STALLED: "pause",
    Ending.CLIENT_CLOSED: "left",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One mark with its words: *x* in percent, *y* and *height* in pixels."""

    x: str
    y: float
    height: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a lane: either *single* ones, or *path* and *short_path* on the canvas that stretches."""

    single: tuple[Drawn, ...] = ()
    path: str = ""
    short_path: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DrawnSilence:
    """A dotted line, with its duration if there is room for it."""

    x: str
    to: str
    middle: str
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One attempt: *tone* is good or bad, *symbol* is how it ended; the words are at *label_x* if there is room for them."""

    x: str
    width: str
    end: str
    y: int
    tone: str
    symbol: str
    title: str
    label: str
    label_x: str
    anchor: str
    silences: tuple[DrawnSilence, ...]
    marks: Marks


@dataclass(frozen=True, slots=True)
class Lane:
    """One pipe: its name, its base line, and its marks."""

    name: str
    ground: int
    marks: Marks


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is drawn of one run; *summary* describes it in one sentence for those who cannot see it."""

    height: int
    wire_height: int
    ticks: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    pipes: tuple[Lane, ...]
    end: tuple[str, str, str] | None
    summary: str
    notes: tuple[str, ...]


def draw(timeline: Timeline, most_single: int) -> Picture:
    """Lay out *timeline*; a lane with at most *most_single* marks shows each with its words."""
    wire_height = timeline.rows * ROW
    height = TOP + wire_height + 2 * PIPE + BOTTOM
    bars = tuple(_bars(timeline, most_single))
    pipes = tuple(
        Lane(pipe.name, ground, _marks(pipe.marks, timeline, most_single, ground, pipe=True))
        for number, pipe in enumerate((timeline.stdout, timeline.stderr), 1)
        for ground in (TOP + wire_height + number * PIPE - 4,)
    )
    ticks = tuple((_percent(at_s, timeline), seconds(at_s)) for at_s in scale(timeline.from_s, timeline.to_s, _TICKS))
    end = timeline.end
    ended = (_percent(end.at_s, timeline), end.label, "good" if end.good else "bad") if end else None
    return Picture(height, wire_height, ticks, bars, pipes, ended, _in_words(timeline), tuple(_notes(timeline, bars, pipes)))


def _bars(timeline: Timeline, most_single: int) -> Iterator[Bar]:
    rooms = tuple(map(_room, timeline.attempts, (timeline,) * len(timeline.attempts)))
    for attempt, room in zip(timeline.attempts, rooms, strict=True):
        start, end = _share(attempt.started_at_s, timeline), _share(attempt.ended_at_s, timeline)
        late = start > 100 - _LABEL_WIDTH * 1.5
        y = TOP + attempt.row * ROW + ROW - BAR - 4
        yield Bar(
            x=f"{start:.2f}%",
            width=f"{max(end - start, 0.15):.2f}%",
            end=f"{end:.2f}%",
            y=y,
            tone="good" if attempt.whole else "bad",
            symbol=_SYMBOLS.get(attempt.ending, "broken"),
            title=f"request {attempt.number}: {attempt.title}, {attempt.ending} at {attempt.ended_at_s:.2f} s",
            label=_label(attempt, room, rooms),
            label_x=f"{end if late else start:.2f}%",
            anchor="end" if late else "start",
            silences=tuple(_silences(attempt, timeline)),
            marks=_marks(attempt.marks, timeline, most_single, y + BAR, pipe=False),
        )


def _room(attempt: Attempt, timeline: Timeline) -> float:
    """Return the share of the width between the beginning of *attempt* and the next one in its row."""
    later = [other.started_at_s for other in timeline.attempts if other.row == attempt.row and other.number > attempt.number]
    return _share(min(later), timeline) - _share(attempt.started_at_s, timeline) if later else 100.0


def _label(attempt: Attempt, room: float, rooms: Sequence[float]) -> str:
    """Return the words above an attempt: the ending if there is room, else the number or nothing."""
    if min(rooms) >= _LABEL_WIDTH:
        return f"{attempt.number} {attempt.ending}" if len(rooms) > 1 else str(attempt.ending)
    return str(attempt.number) if room >= _NUMBER_WIDTH else ""


def _silences(attempt: Attempt, timeline: Timeline) -> Iterator[DrawnSilence]:
    for silence in attempt.silences:
        from_, to = _share(silence.from_s, timeline), _share(silence.to_s, timeline)
        label = f"{silence.to_s - silence.from_s:.1f} s silent" if to - from_ > 1.5 * _LABEL_WIDTH else ""
        yield DrawnSilence(f"{from_:.2f}%", f"{to:.2f}%", f"{(from_ + to) / 2:.2f}%", label)


def _marks(marks: Sequence[Mark], timeline: Timeline, most_single: int, ground: int, *, pipe: bool) -> Marks:
    if len(marks) <= most_single:
        return Marks(tuple(_single(mark, timeline, ground) for mark in marks))
    drawn = thinned(marks, timeline, _MOST_DRAWN)
    note = f"{len(marks)} pieces drawn as {len(drawn)} marks" if len(drawn) < len(marks) else ""
    tall = "".join(_stroke(mark, timeline, ground) for mark in drawn if pipe or mark.kind is not Kind.EVENT)
    short = "".join(_stroke(mark, timeline, ground) for mark in drawn if not pipe and mark.kind is Kind.EVENT)
    return Marks((), tall, short, note)


def _single(mark: Mark, timeline: Timeline, ground: int) -> Drawn:
    height = _height(mark)
    return Drawn(_percent(mark.at_s, timeline), ground - height, height, mark.kind, f"{mark.at_s:.3f} s  {mark.label}")


def _stroke(mark: Mark, timeline: Timeline, ground: int) -> str:
    return f"M{timeline.share(mark.at_s) * STRETCH:.1f} {ground}v-{_height(mark):g}"


def _height(mark: Mark) -> float:
    """Return the height of a mark: larger pieces of output are taller, so that a burst is visible."""
    match mark.kind:
        case Kind.REQUEST | Kind.HEAD:
            return BAR
        case Kind.TEXT if mark.count == 1:
            return 14
        case Kind.EVENT:
            return 7
        case _:
            return min(5 + round(2.4 * math.log2(1 + mark.size_bytes / 4), 1), 24 if mark.kind is Kind.WRITTEN else BAR - 2)


def _notes(timeline: Timeline, bars: Sequence[Bar], pipes: Sequence[Lane]) -> Iterator[str]:
    yield from timeline.notes
    for bar, attempt in zip(bars, timeline.attempts, strict=True):
        if bar.marks.note:
            yield f"request {attempt.number}: {bar.marks.note}"
        if attempt.left_out:
            yield f"request {attempt.number}: {attempt.left_out} further events were not kept"
    for lane, pipe in zip(pipes, (timeline.stdout, timeline.stderr), strict=True):
        yield from _pipe_notes(lane, pipe)


def _pipe_notes(lane: Lane, pipe: Pipe) -> Iterator[str]:
    if lane.marks.note:
        yield f"{pipe.name}: {lane.marks.note}"
    if pipe.left_out_bytes:
        yield f"{pipe.name}: {pipe.left_out_bytes} further bytes were not kept"


def _in_words(timeline: Timeline) -> str:
    attempts = "; ".join(
        f"request {attempt.number} from {attempt.started_at_s:.2f} to {attempt.ended_at_s:.2f} s, "
        f"{len(attempt.marks)} marks, ended {attempt.ending}"
        for attempt in timeline.attempts[:8]
    )
    pipes = ", ".join(f"{len(pipe.marks)} pieces on {pipe.name}" for pipe in (timeline.stdout, timeline.stderr))
    end = f"; process: {timeline.end.label} at {timeline.end.at_s:.2f} s" if timeline.end else ""
    return f"Timeline from {timeline.from_s:.2f} to {timeline.to_s:.2f} s: {attempts or 'no request'}; {pipes}{end}."


def _share(at_s: float, timeline: Timeline) -> float:
    return timeline.share(at_s) * 100


def _percent(at_s: float, timeline: Timeline) -> str:
    return f"{_share(at_s, timeline):.2f}%"
