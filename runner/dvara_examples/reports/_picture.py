"""A timeline drawn with characters: a lane per attempt and per pipe, all on one scale, within a given width.

Lines are tuples of (text, tone) pairs; the caller decides what a tone looks like. Pure, like the timeline.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dvara_examples.records.model import Ending
from dvara_examples.records.timeline import Attempt, Kind, Mark, Pipe, Timeline, scale, seconds

Line = tuple[tuple[str, str], ...]
"""One line: texts, each with its tone, which is one of `TONES`."""

TONES = ("", "dim", "good", "bad", "wire", "strong")

_LEAST_WIDTH, _MOST_WIDTH = 30, 160
_NAME_WIDTH = 9
_MOST_ATTEMPTS = 12
_CHARS_PER_TICK = 12


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters to draw with; *levels* are those of a pipe, smallest first."""

    request: str
    nothing: str
    silence: str
    event: str
    text: str
    texts: str
    whole: str
    broken: str
    pause: str
    left: str
    end: str
    tick: str
    rule: str
    levels: str


UNICODE = Signs("┣", "─", "┄", "╵", "│", "┃", "●", "✗", "‖", "○", "■", "┬", "─", "▁▂▃▄▅▆▇█")
ASCII = Signs("[", "-", ".", "'", "|", "#", "*", "x", "=", "o", "@", "+", "-", ".:oO#")


def signs_for(encoding: str | None) -> Signs:
    """Return the characters that *encoding* supports."""
    try:
        "".join((UNICODE.request, UNICODE.silence, UNICODE.event, UNICODE.broken, UNICODE.levels)).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def picture(timeline: Timeline, width: int, signs: Signs) -> Iterator[Line]:
    """Draw *timeline* as lines of at most *width* characters (at least 30)."""
    columns = min(max(width, _LEAST_WIDTH), _MOST_WIDTH) - _NAME_WIDTH - 1
    lane = _Lanes(timeline, columns, signs)
    shown = timeline.attempts
    if len(shown) > _MOST_ATTEMPTS:
        shown = (*shown[: _MOST_ATTEMPTS // 2], *shown[-_MOST_ATTEMPTS // 2 :])
    for place, attempt in enumerate(shown):
        if len(shown) < len(timeline.attempts) and place == _MOST_ATTEMPTS // 2:
            yield ((f"{'':<{_NAME_WIDTH}} ({len(timeline.attempts) - len(shown)} more requests)", "dim"),)
        yield lane.attempt(attempt)
    yield lane.pipe(timeline.stdout)
    if timeline.stderr.marks:
        yield lane.pipe(timeline.stderr)
    if timeline.end is not None:
        column = lane.column(timeline.end.at_s)
        tone = "strong" if timeline.end.good else "bad"  # an exit code of 0 alone is not good news
        yield _named("process", lane.beside((" " * column, ""), (signs.end, tone), (timeline.end.label, tone)))
    yield from lane.scale()


class _Lanes:
    """Draws single lanes of one timeline into *columns* columns."""

    def __init__(self, timeline: Timeline, columns: int, signs: Signs) -> None:
        self._timeline, self._columns, self._signs = timeline, columns, signs

    def column(self, at_s: float) -> int:
        """Return the column of a moment."""
        return min(int(self._timeline.share(at_s) * self._columns), self._columns - 1)

    def attempt(self, attempt: Attempt) -> Line:
        """Draw one attempt: its request, what came, silences, how it ended, and the word for that if there is room."""
        signs = self._signs
        first, last = self.column(attempt.started_at_s), self.column(attempt.ended_at_s)
        drawn = [signs.nothing] * (last - first + 1)
        for silence in attempt.silences:
            for column in range(max(self.column(silence.from_s) + 1, first), min(self.column(silence.to_s), last)):
                drawn[column - first] = signs.silence
        for column, marks in self._by_column(attempt.marks):
            drawn[min(max(column, first), last) - first] = self._wire_sign(marks)
        tone = "good" if attempt.whole else "bad"
        body = "".join(drawn[:-1])
        parts = ((" " * first, ""), (body, "wire"), (_ending_sign(attempt.ending, signs), tone))
        return _named(f"wire {attempt.number}", self.beside(*parts, (str(attempt.ending), tone)))

    def pipe(self, pipe: Pipe) -> Line:
        """Draw one pipe: a taller character is more output."""
        drawn = [" "] * self._columns
        for column, marks in self._by_column(pipe.marks):
            drawn[column] = _level(sum(mark.size_bytes for mark in marks), self._signs.levels)
        return _named(pipe.name, (("".join(drawn).rstrip(), "bad" if pipe.name == "stderr" else ""),))

    def scale(self) -> Iterator[Line]:
        """Draw the scale: a rule with ticks, and the times below them."""
        rule = [self._signs.rule] * self._columns
        times = [" "] * (self._columns + _CHARS_PER_TICK)
        timeline = self._timeline
        free = 0
        for at_s in scale(timeline.from_s, timeline.to_s, max(self._columns // _CHARS_PER_TICK, 2)):
            column, label = self.column(at_s), seconds(at_s)
            rule[column] = self._signs.tick
            if free <= column <= self._columns - len(label):
                times[column : column + len(label)] = label
                free = column + len(label) + 1
        yield _named("", (("".join(rule), "dim"),))
        yield _named("", (("".join(times).rstrip(), "dim"),))

    def beside(self, *parts: tuple[str, str]) -> Line:
        """Return *parts*, the last of which is a word that is placed after the others, before them or nowhere."""
        *drawn, (word, tone) = parts
        blank = drawn[0][0]
        if sum(len(text) for text, _ in drawn) + 1 + len(word) <= self._columns:
            return (*drawn, (f" {word}", tone))
        if len(word) < len(blank):
            return ((blank[: -len(word) - 1], ""), (f"{word} ", tone), *drawn[1:])
        return tuple(drawn)

    def _by_column(self, marks: Sequence[Mark]) -> Iterator[tuple[int, list[Mark]]]:
        columns: dict[int, list[Mark]] = {}
        for mark in marks:
            columns.setdefault(self.column(mark.at_s), []).append(mark)
        yield from columns.items()

    def _wire_sign(self, marks: Sequence[Mark]) -> str:
        kinds = [mark.kind for mark in marks]
        if Kind.REQUEST in kinds:
            return self._signs.request
        carrying = sum(kind in (Kind.TEXT, Kind.BYTES) for kind in kinds)
        return self._signs.texts if carrying > 1 else self._signs.text if carrying else self._signs.event


def _named(name: str, line: Line) -> Line:
    return ((f"{name:<{_NAME_WIDTH}} ", "dim"), *line)


def _ending_sign(ending: Ending, signs: Signs) -> str:
    match ending:
        case Ending.DONE | Ending.DONE_WITHOUT_SENTINEL | Ending.ANSWERED:
            return signs.whole
        case Ending.STALLED:
            return signs.pause
        case Ending.CLIENT_CLOSED:
            return signs.left
        case _:
            return signs.broken


def _level(size_bytes: int, levels: str) -> str:
    """Return the character for a number of bytes: each level is two to three times the one before."""
    steps = max(size_bytes, 1).bit_length() - 1  # 1 byte is 0, 1 KiB is 10
    return levels[min(steps * len(levels) // 11, len(levels) - 1)]


def legend(signs: Signs) -> str:
    """Explain the characters in one line."""
    pairs = (
        (signs.request, "request"),
        (signs.text, "text"),
        (signs.event, "event"),
        (signs.silence * 2, "silence"),
        (signs.whole, "whole"),
        (signs.broken, "broken"),
        (signs.pause, "stalled"),
        (signs.left, "hung up"),
    )
    return "  ".join(f"{sign} {what}" for sign, what in pairs)
