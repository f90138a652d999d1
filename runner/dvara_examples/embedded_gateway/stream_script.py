"""What a stream will send, event by event, and how it ends; a pure function of the answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from dvara_examples.embedded_gateway.answer import Answer, Break, ToolCall, argument_slices
from dvara_examples.embedded_gateway.chunks import call_id, whole_call


class StreamEnd(Enum):
    """How the gateway ends a stream."""

    DONE = "done"
    """``[DONE]``, then the last HTTP chunk."""
    WITHOUT_DONE = "without_done"
    """The last HTTP chunk alone: the stream's lifetime ran out."""
    ERROR_EVENT = "error_event"
    """An error event, then the last HTTP chunk."""
    ABORT = "abort"
    """Nothing more: the connection ends."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One event, *delay_s* after the one before it."""

    delta: Mapping[str, object]
    delay_s: float = 0.0
    finish_reason: str | None = None


@dataclass(frozen=True, slots=True)
class StreamScript:
    """The frames of one stream and its end; *complete* streams carry a usage chunk if one was requested."""

    frames: tuple[Frame, ...]
    end: StreamEnd

    @property
    def complete(self) -> bool:
        """Whether the answer is sent to its end."""
        return self.end is StreamEnd.DONE


_ENDS = {Break.ABORT: StreamEnd.ABORT, Break.LIFETIME: StreamEnd.WITHOUT_DONE, Break.ERROR_EVENT: StreamEnd.ERROR_EVENT}


def stream_script(answer: Answer) -> StreamScript:
    """Lay out the stream of *answer*. The first frame carries the role together with whatever else is in it."""
    deltas = tuple(_deferred(answer) if answer.deferred else _deltas(answer))
    frames = [Frame(delta, answer.piece_delay_s) for delta in deltas]
    if answer.breaks is None:
        frames = _finished(answer, frames)
    elif not answer.deferred:
        frames = frames[: answer.breaks_after]
    if answer.role_first:
        frames.insert(0, Frame({"content": ""}))
    if frames:
        first = frames[0]
        frames[0] = Frame({"role": "assistant", **first.delta}, answer.first_delay_s, first.finish_reason)
    return StreamScript(tuple(frames), _ENDS[answer.breaks] if answer.breaks else StreamEnd.DONE)


def _finished(answer: Answer, frames: list[Frame]) -> list[Frame]:
    """Add the finish reason: in a separate chunk, or in the one chunk of a deferred answer."""
    if answer.refused:
        return [Frame({}, finish_reason="content_filter")]
    if answer.deferred:
        return [Frame(frames[0].delta, finish_reason=answer.finish_reason)]
    return [*frames, Frame({}, finish_reason=answer.finish_reason)]


def _deltas(answer: Answer) -> Iterator[dict[str, object]]:
    for piece in answer.pieces:
        yield {answer.field: piece}
    for index, call in enumerate(answer.tool_calls):
        yield from _call_deltas(index, call)


def _call_deltas(index: int, call: ToolCall) -> Iterator[dict[str, object]]:
    """Open the call with empty arguments (SDKs append to them), then send the arguments in slices."""
    opener = {"index": index, "id": call_id(call), "type": "function", "function": {"name": call.name, "arguments": ""}}
    yield {"tool_calls": [opener]}
    for part in argument_slices(call.arguments):
        yield {"tool_calls": [{"index": index, "function": {"arguments": part}}]}


def _deferred(answer: Answer) -> Iterator[dict[str, object]]:
    """Put everything that the provider said into one delta; for a broken answer, the text so far."""
    if answer.breaks is not None:
        text = "".join(answer.pieces[: answer.breaks_after])
        if text:
            yield {answer.field: text}
        return
    delta: dict[str, object] = {answer.field: answer.text} if answer.pieces else {}
    if answer.tool_calls:
        delta["tool_calls"] = [{"index": index, **whole_call(call)} for index, call in enumerate(answer.tool_calls)]
    yield delta
