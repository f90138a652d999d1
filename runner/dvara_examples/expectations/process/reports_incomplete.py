"""``reports_incomplete: true``: an incomplete answer is not presented as a whole one.

It requires no exact words, so it fits every client. Only a finish reason such as ``stop`` says that an answer is whole.
If the last answer is not whole, the process must exit with a status other than 0, or say so on stderr or stdout: with one of
the words in ``_SAYS_SO``, or with what the gateway said (its message, its finish reason). The answer's text is no report.
"""

import json
import re
from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.expectations._values import flag
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.records.verdict import Finding, Witness

_EXPECTED = "a report if the answer is not whole"
WHOLE = frozenset({"stop", "tool_calls", "function_call", "end_turn", "stop_sequence", "tool_use", "completed"})
"""Finish reasons of the protocols we read that end an answer as the model wanted it."""
_NO_ANSWER = frozenset({Ending.HTTP_ERROR, Ending.ERROR_EVENT, Ending.MALFORMED_EVENT, Ending.NO_RESPONSE})
_SAYS_SO = re.compile(
    r"\b(?:incomplete|truncated|unfinished|interrupted|withheld|aborted|not (?:whole|complete|finished)|cut (?:off|short)|"
    r"(?:connection|stream) (?:was |is )?(?:lost|closed|reset|broken|error)|content[ _-]filter\w*|max[ _-]tokens?|"
    r"(?:no|without (?:a |any )?)[ _-]?finish[ _-]?reason|terminated|timed? ?out|premature(?:ly)?|hang up|ECONNRESET)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReportsIncomplete:
    """The user of the example learns that an answer is not whole."""

    key: ClassVar[str] = "reports_incomplete"
    witness: ClassVar[Witness] = Witness.PROCESS

    def check(self, seen: Transcript) -> Finding:
        """Check on the wire whether the last answer is whole, and if not, whether exit status or output reported it."""
        last, process = seen.last_exchange, seen.process
        if last is None:
            return self._not_ok("no request", "the example never sent a request, so there is no answer to judge")
        defect = _defect(last, seen)
        if not defect:
            return Finding(self.key, self.witness, True, _EXPECTED, "the answer is whole")
        if process.limit is not None or process.interrupted:
            shown = f"{defect}; the process did not end by itself"
            return self._not_ok(shown, "the client waited instead of reporting that the answer will not come")
        if process.exit_code != 0:
            return Finding(self.key, self.witness, True, _EXPECTED, f"{defect}; {_exit(process.exit_code, process.signal)}")
        said = _said(last, seen)
        if said:
            return Finding(self.key, self.witness, True, _EXPECTED, f"{defect}; exit 0, but it says {said!r}")
        sentence = f"the process reports success although the answer is not whole ({defect}): a reader takes it for complete"
        return self._not_ok(f"{defect}; exit 0 and no word of it", sentence, last)

    def _not_ok(self, seen: str, sentence: str, exchange: Exchange | None = None) -> Finding:
        where = f"request {exchange.number}" if exchange else ""
        return Finding(self.key, self.witness, False, _EXPECTED, seen, sentence, where)


def _defect(last: Exchange, seen: Transcript) -> str:
    """Say why the answer is not whole; empty if it is."""
    if last.ending in _NO_ANSWER:
        return last.ending.replace("_", " ")
    if last.ending is Ending.NOT_A_STREAM:
        arrived = last.finish_reason in WHOLE and last.text.strip() and last.text.strip() in seen.stdout.text
        return "" if arrived else "an answer in one piece where a stream was asked for, and not printed"
    if last.ending is Ending.UNRECOGNISED and last.unread:
        return last.unread
    if last.finish_reason in WHOLE or (last.ending is Ending.ANSWERED and last.finish_reason is None):
        return ""
    return f"finish_reason {last.finish_reason}" if last.finish_reason else f"no finish_reason, {last.ending.replace('_', ' ')}"


def _exit(code: int | None, signal: str | None) -> str:
    return f"exit {code}" if code is not None else f"ended by {signal}"


def _said(last: Exchange, seen: Transcript) -> str:
    """Return the words on stderr or stdout that report it, except those of the answer itself."""
    outputs = [seen.stderr.text, seen.stdout.text]
    if last.text.strip():
        outputs = [output.replace(last.text.strip(), " ") for output in outputs]
    for output in outputs:
        found = _SAYS_SO.search(output) or next(
            (re.search(re.escape(word), output) for word in _words_of(last) if word in output), None
        )
        if found:
            return found[0]
    return ""


def _words_of(last: Exchange) -> list[str]:
    """Return the gateway's own words about the error, long enough not to be in the output by chance."""
    found: list[object] = []
    if last.finish_reason and last.finish_reason not in WHOLE:
        found.append(last.finish_reason)
    if last.ending is Ending.ERROR_EVENT:
        found += [last.error, *(word for event in last.events[-2:] for word in _error_words(event.data))]
    if last.response is not None and last.response.status >= 400:
        found += _error_words(last.response.body)
    return [word for word in found if isinstance(word, str) and len(word) > 5]


def _error_words(document: str | bytes) -> list[object]:
    """Return message and code of an error envelope; nothing if *document* is not one."""
    try:
        error = json.loads(document)["error"]
        return [error["message"], error["code"]]
    except (ValueError, RecursionError, KeyError, TypeError):
        return []


VALUE = flag(
    ReportsIncomplete(),
    "where the example may pass over it",
    "An answer that is not whole is reported: by exit status or in words.",
)
