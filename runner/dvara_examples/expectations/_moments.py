"""Moments of a run, by their names in a manifest: ``request 1``, ``text 2``, ``exit``, ``{stdout: 'again'}``."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dvara_examples.core.shapes import Shape, either, mapping, text
from dvara_examples.core.values import InvalidValue, near_words
from dvara_examples.expectations._exchanges import not_kept, text_events
from dvara_examples.expectations._text import quote, telling_pattern
from dvara_examples.records.transcript import Exchange, Output, Transcript

WIRE_WORDS = ("request", "response", "text", "end")
PIPES: tuple[Literal["stdout", "stderr"], ...] = ("stdout", "stderr")


@dataclass(frozen=True, slots=True)
class Found:
    """The time of a moment, and the *source* that saw it; *at_s* is None if it never came, and *why* says so in a sentence."""

    at_s: float | None
    source: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class WireMoment:
    """A moment of exchange *number*: its request's arrival, its response's head, its first text, or its end."""

    word: str
    number: int

    def find(self, seen: Transcript) -> Found:
        """Look into the exchange of that number."""
        exchange = next((exchange for exchange in seen.exchanges if exchange.number == self.number), None)
        if exchange is None:
            return Found(None, "wire", f"there was no request {self.number}")
        match self.word:
            case "request":
                return Found(exchange.started_at_s, "wire")
            case "response":
                return Found(exchange.responded_at_s, "wire", f"no response came to request {self.number}")
            case "end":
                return Found(exchange.ended_at_s, "wire")
            case _:
                return _first_text(exchange)

    def __str__(self) -> str:
        return f"{self.word} {self.number}"


@dataclass(frozen=True, slots=True)
class ExitMoment:
    """The end of the example's process."""

    def find(self, seen: Transcript) -> Found:
        """Return when the process ended."""
        return Found(seen.process.ended_at_s, "process", "the transcript does not say when the example's process ended")

    def __str__(self) -> str:
        return "exit"


@dataclass(frozen=True, slots=True)
class OutputMoment:
    """The first match of *pattern* on *pipe* was complete."""

    pipe: Literal["stdout", "stderr"]
    pattern: re.Pattern[str]

    def find(self, seen: Transcript) -> Found:
        """Return the time of the piece that completed the first match."""
        output = seen.stdout if self.pipe == "stdout" else seen.stderr
        text, ends = _with_ends(output)
        match = self.pattern.search(text)
        if match is None:
            more = "" if output.complete else " that is kept"
            return Found(None, self.pipe, f"nothing on {self.pipe}{more} matches {quote(self.pattern.pattern)}")
        return Found(next(at_s for end, at_s in ends if end >= match.end()), self.pipe)

    def __str__(self) -> str:
        return f"{self.pipe} {quote(self.pattern.pattern)}"


Moment = WireMoment | ExitMoment | OutputMoment


def _first_text(exchange: Exchange) -> Found:
    texts = text_events(exchange)
    if texts:
        return Found(texts[0].at_s, "wire")
    if exchange.event_count:
        return Found(None, "wire", not_kept(exchange) or f"the stream of request {exchange.number} carried no text")
    return Found(None, "wire", f"the answer to request {exchange.number} did not come as a stream")


def _with_ends(output: Output) -> tuple[str, list[tuple[int, float]]]:
    """Return the leading text and, for each piece, the number of characters after it and its time."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    parts, ends, count = [], [], 0
    for index, piece in enumerate(output.pieces, 1):
        parts.append(decoder.decode(piece.data, final=index == len(output.pieces)))
        count += len(parts[-1])
        ends.append((count, piece.at_s))
    return "".join(parts), ends


def _near(word: str) -> str:
    return near_words(word, [*(f"{wire} 1" for wire in WIRE_WORDS), "exit"])


def _named(word: str) -> Moment:
    name, _, number = word.partition(" ")
    return WireMoment(name, int(number)) if number else ExitMoment()


def _waiting(value: str) -> re.Pattern[str]:
    pattern = telling_pattern(value)
    if pattern.search(""):
        raise InvalidValue(
            "a pattern that needs at least one character",
            f"{quote(pattern.pattern)}, which matches before anything is written",
        )
    return pattern


def _on_pipe(found: Mapping[str, re.Pattern[str]]) -> Moment:
    pipe = PIPES[0] if PIPES[0] in found else PIPES[1]
    return OutputMoment(pipe, found[pipe])


_MOMENT = "a moment such as request 1, text 1, exit or {stdout: pattern}"
_WORDS = text(pattern=f"^({'|'.join(WIRE_WORDS)}) [1-9][0-9]{{0,5}}$|^exit$", expected=_MOMENT, hint=_near)
_OUTPUT = mapping(dict.fromkeys(PIPES, text(1).to(_waiting)), least=1, most=1, few="one pattern, under stdout or stderr")
MOMENT: Shape[Moment] = either(
    _WORDS.to(_named),
    _OUTPUT.to(_on_pipe),
    expected=_MOMENT,
)
