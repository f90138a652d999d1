"""``executes_cut_tool_call: never``: a tool call that the wire cut off was not executed.

A call is cut off if its answer ends without a finish reason for calls (``length``, ``content_filter``, none), or its arguments
are not JSON. Two things show that it was executed: a line ``tool NAME(`` on stdout or stderr, which the example's tool prints,
and a later request with its result. A result that mentions an error is the client's complaint to the model, not an
execution. A tool that prints nothing and whose result is never sent cannot be seen.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import constant
from dvara_examples.expectations._calls import results
from dvara_examples.expectations._cut_tool_calls import CutToolCall, cut_tool_calls
from dvara_examples.expectations._text import quote
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness

_EXPECTED = "no execution of a cut tool call"
_COMPLAINT = re.compile(
    r"error|invalid|fail|malformed|cannot|could not|not (?:run|executed|parsed)|try again|exception"
    r"|unexpected|expecting|unterminated|incomplete|truncated|\bEOF\b|end[- ]of[- ]input|\bJSON\b",
    re.IGNORECASE,
)
"""Words of a client about a call that it did not carry out; those of the second line are what parsers of JSON say."""


@dataclass(frozen=True, slots=True)
class ExecutesCutToolCall:
    """No tool ran with arguments that the model had not finished."""

    key: ClassVar[str] = "executes_cut_tool_call"
    witness: ClassVar[Witness] = Witness.WIRE

    def check(self, seen: Transcript) -> Finding:
        """Look for a trace of each cut call in the output and in later requests."""
        cut = [call for exchange in seen.exchanges for call in cut_tool_calls(exchange)]
        if not cut:
            sentence = "no tool call was cut off, so nothing shows what the client does with one"
            return Finding(self.key, self.witness, False, _EXPECTED, "no cut tool call on the wire", sentence)
        for call in cut:
            trace = next(_traces(call, seen), None)
            if trace:
                sentence = (
                    f"the tool ran although its call ends with {call.why} after {quote(call.arguments[-60:])}: "
                    "the model had not finished its arguments"
                )
                return Finding(self.key, self.witness, False, _EXPECTED, trace, sentence, f"request {call.exchange.number}")
        return Finding(self.key, self.witness, True, _EXPECTED, f"cut calls: {len(cut)}, executed: none seen")


def _traces(call: CutToolCall, seen: Transcript) -> Iterator[str]:
    """Yield the evidence that *call* was executed."""
    line = re.compile(rf"^tool {re.escape(call.name)}\(.*", re.MULTILINE)
    for pipe, output in (("stdout", seen.stdout), ("stderr", seen.stderr)):
        printed = line.search(output.text)
        if printed:
            yield f"{quote(printed[0], 80)} on {pipe}"
    for exchange in seen.exchanges:
        if exchange.number <= call.exchange.number or not call.call_id:
            continue
        for call_id, content in results(exchange.request):
            if call_id != call.call_id:
                continue
            result = content if isinstance(content, str) else json.dumps(content)
            if not _COMPLAINT.search(result):
                yield f"its result {quote(result, 60)} in request {exchange.number}"


VALUE = constant("never", "remove the key if no tool call is cut").to(
    lambda _: ExecutesCutToolCall(), "A tool call that was cut off is never carried out."
)
