"""``prints_the_stream: true``: stdout shows the text that came over the wire, with nothing lost and nothing doubled.

The text of each exchange must be on stdout once, whole and in order. Between the texts of two attempts there must be a line
from the example, so that a reader sees the restart. A text must not come again later, and what is next to it on the same
line must not be its own beginning or end: that would be a piece printed twice.
"""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.expectations._text import quote
from dvara_examples.expectations._values import flag
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.records.verdict import Finding, Witness

_EXPECTED = "the text of the wire, once and whole"
_SHORT = 12
"""A text at most this long may well come again in a heading or a notice; only longer ones count as doubled."""


@dataclass(frozen=True, slots=True)
class PrintsTheStream:
    """Printed text = text on the wire."""

    key: ClassVar[str] = "prints_the_stream"
    witness: ClassVar[Witness] = Witness.STREAM

    def check(self, seen: Transcript) -> Finding:
        """Walk through stdout, text by text."""
        texts = [exchange for exchange in seen.exchanges if exchange.text.strip()]  # white space is everywhere
        unread = next((exchange for exchange in seen.exchanges if exchange.unread), None)
        if unread is not None and unread.unread:
            return self._not_ok("an answer that was not read", unread.unread, unread)
        if not texts:
            return self._not_ok("no text on the wire", "no answer carried any text, so nothing could be printed")
        if not seen.stdout.complete or not all(exchange.text_complete for exchange in texts):
            return self._not_ok("more than is kept", "the output or the answer is too long to be compared in full")
        printed, position = _newlines(seen.stdout.text), 0
        for index, exchange in enumerate(texts):
            text = _newlines(exchange.text)
            start = printed.find(text, position)
            if start < 0:
                return self._missing(text, printed[position:], exchange)
            before, position = printed[position:start], start + len(text)
            doubled = _doubled(text, before, printed[position:], texts[index + 1 :], first=index == 0)
            if doubled:
                return self._not_ok(quote(printed, 400), f"{doubled}: text is doubled", exchange)
        size = sum(len(exchange.text) for exchange in texts)
        return Finding(self.key, self.witness, True, _EXPECTED, f"{size} characters, once and whole")

    def _missing(self, text: str, printed: str, exchange: Exchange) -> Finding:
        if not printed.strip():
            return self._not_ok("nothing of it on stdout", "text came over the wire, but none of it was printed", exchange)
        kept, rest = _parting(text, printed)
        goes_on = f"the wire goes on with {quote(text[len(kept) :][:40])}, stdout with {quote(rest[:40])}"
        sentence = f"text is lost or doubled: {f'after {quote(kept[-40:])}' if kept else 'right at the start'} {goes_on}"
        return self._not_ok(quote(printed, 400), sentence, exchange)

    def _not_ok(self, seen: str, sentence: str, exchange: Exchange | None = None) -> Finding:
        where = f"request {exchange.number}" if exchange else ""
        return Finding(self.key, self.witness, False, _EXPECTED, seen, sentence, where)


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _doubled(text: str, before: str, rest: str, later: list[Exchange], *, first: bool) -> str:
    """Say what of *text* is doubled, given what stdout has *before* it and as the *rest*; empty if nothing is."""
    if not first and not _restart_visible(before):
        return "a second attempt continues on the same line as the first"
    if _again(text, rest, later):
        return "the text of one answer is printed more than once"
    if _edge_doubled(text, before, rest):
        return "the first or the last piece of an answer is printed twice"
    return ""


def _restart_visible(between: str) -> bool:
    """Whether *between* has a line break and something to read: a line that announces the new attempt."""
    return "\n" in between and bool(between.strip())


def _edge_doubled(text: str, before: str, behind: str) -> bool:
    """Whether the rest of the line *before* the text is its own beginning, or the rest of the line *behind* it its own end.

    Punctuation alone, such as quotes around an answer that begins with a quote, does not count.
    """
    head, tail = before.rpartition("\n")[2].strip(), behind.partition("\n")[0].strip()
    return (_has_word(head) and text.lstrip().startswith(head)) or (_has_word(tail) and text.rstrip().endswith(tail))


def _has_word(text: str) -> bool:
    return any(map(str.isalnum, text))


def _again(text: str, rest: str, later: list[Exchange]) -> bool:
    """Whether *text* comes again in *rest* more often than in the texts of *later* exchanges."""
    if len(text.strip()) <= _SHORT:
        return False
    allowed = sum(_newlines(exchange.text).count(text) for exchange in later)
    return rest.count(text) > allowed


def _parting(text: str, printed: str) -> tuple[str, str]:
    """Return the longest beginning of *text* that was printed somewhere, and what stdout has after it."""
    least, most = 0, len(text)
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if text[:middle] in printed else (least, middle - 1)
    kept = text[:least]
    return kept, printed[printed.find(kept) + least :]


VALUE = flag(
    PrintsTheStream(), "where stdout is something else", "stdout holds the text of the wire, nothing lost, nothing doubled."
)
