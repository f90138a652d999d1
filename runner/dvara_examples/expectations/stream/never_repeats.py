"""``never_repeats: true``: no answer is on stdout twice.

``prints_the_stream`` asks for the exact text; this only asks that no text of the wire comes again, so it fits clients that
add or omit words. A repetition that a line announces is visible to a reader, and allowed, and so is the same answer to another
question. Without text, or with too little to distinguish it from a heading, nothing is repeated. What a client prints when a
limit stops it (its last words on Ctrl-C) does not count.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from dvara_examples.expectations._calls import calls
from dvara_examples.expectations._text import quote
from dvara_examples.expectations._values import flag
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness

_EXPECTED = "no text of the wire twice"
_SHORTEST = 6
"""A shorter text may well come again in a heading or a notice."""


@dataclass(frozen=True, slots=True)
class NeverRepeats:
    """Each text of the wire is on stdout at most once for each question that it answers."""

    key: ClassVar[str] = "never_repeats"
    witness: ClassVar[Witness] = Witness.STREAM

    def check(self, seen: Transcript) -> Finding:
        """Count each answer's text on stdout, minus the announced repetitions."""
        if not seen.stdout.complete or not all(exchange.text_complete for exchange in seen.exchanges):
            sentence = "the output or the answer is too long to be compared in full, so nobody can tell"
            return Finding(self.key, self.witness, False, _EXPECTED, "more than is kept", sentence)
        printed = _before_the_stop(seen).replace("\r\n", "\n")
        for exchange in seen.exchanges:
            text = exchange.text.strip().replace("\r\n", "\n")
            if len(text) < _SHORTEST:
                continue
            questions = sum(any(text in asked.text for asked in call) for call in calls(seen.exchanges))
            count = _repetitions(printed, text)
            if count > questions:
                sentence = f"the client printed {quote(text, 60)} {count} times, and no line tells the reader why"
                shown = quote(printed, 400)
                return Finding(self.key, self.witness, False, _EXPECTED, shown, sentence, f"request {exchange.number}")
        return Finding(self.key, self.witness, True, _EXPECTED, "nothing twice")


def _before_the_stop(seen: Transcript) -> str:
    """Return what was on stdout when the run reached its limit; all of it if it reached none."""
    pieces, limits, process = seen.stdout.pieces, seen.run.limits, seen.process
    if process.limit is None:
        return seen.stdout.text
    if process.limit == "wall":
        stopped_at_s = (process.ended_at_s or process.duration_s) - process.duration_s + limits.wall_s
    else:
        silences = (
            before.at_s + limits.idle_s for before, after in pairwise(pieces) if after.at_s - before.at_s >= limits.idle_s
        )
        stopped_at_s = next(silences, math.inf)
    return b"".join(piece.data for piece in pieces if piece.at_s < stopped_at_s).decode("utf-8", "replace")


def _repetitions(printed: str, text: str) -> int:
    """Return how often *text* was printed; one after a line break and other words of the example starts a new count."""
    most = run = 0
    for index, between in enumerate(printed.split(text)[:-1]):
        announced = index > 0 and "\n" in between and bool(between.strip())
        run = 1 if announced else run + 1
        most = max(most, run)
    return most


VALUE = flag(
    NeverRepeats(), "where the example may print an answer again", "No answer is printed twice without a line that announces it."
)
