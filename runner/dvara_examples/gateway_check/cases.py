"""The cases: what a provider can do, each with a stable id that expectation files use."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dvara_examples.gateway_check.script import ResponseScript, ScriptEnd, ScriptPause, document, no_response, refusal, stream
from dvara_examples.gateway_check.spelling import CHAT, DONE, SPELLINGS, WORDS, Spelling, chat_chunk, chat_usage, sse

MakeScript = Callable[[str], ResponseScript]
_LONG_SILENCE_S = 70.0
_LARGE_BYTES = 2_000_000
_BURST = 2_000


@dataclass(frozen=True, slots=True)
class GatewayCase:
    """One behaviour of a provider.

    *scripts* make the responses to the first, second, … request with the same mark; the last one serves all that follow.
    *clients* run in parallel. *leaves_after_events*: the client hangs up then. *timed*: nothing else runs meanwhile, and the
    arrival of text is judged. *slow*: only with ``--slow``. *limit_s* is how long the client waits for the next byte.
    """

    id: str
    title: str
    scripts: tuple[MakeScript, ...]
    spelling: Spelling = CHAT
    clients: int = 1
    leaves_after_events: int | None = None
    timed: bool = False
    slow: bool = False
    limit_s: float = 8.0


def all_cases() -> tuple[GatewayCase, ...]:
    """Return every case, in the order in which they start: the longest first."""
    found = [*_slow(), *_timed(), *_leaving(), *_statuses()]
    for spelling in SPELLINGS.values():
        found += _endings(spelling)
    return (*found, *_chat_endings(), *_contents(), *_framing())


def _then_whole(first: MakeScript) -> tuple[MakeScript, ...]:
    """Fail once; a gateway that asks again gets a whole answer."""
    return first, lambda mark: stream(CHAT.whole(mark))


def _endings(s: Spelling) -> Iterator[GatewayCase]:
    prefix = "" if s is CHAT else f"{s.name}-"
    fin, rst = ScriptEnd.FIN, ScriptEnd.RST

    def case(name: str, title: str, make: MakeScript) -> GatewayCase:
        return GatewayCase(prefix + name, title, (make, lambda mark: stream(s.whole(mark))), s)

    half = s.piece("0", " cut")[:-20]
    yield GatewayCase(f"{prefix}whole", "a whole answer", (lambda mark: stream(s.whole(mark)),), s)
    yield case("cut", "FIN after three words", lambda mark: stream(s.begun(mark), end=fin))
    yield case("reset", "RST after three words", lambda mark: stream(s.begun(mark), end=rst))
    yield case("cut-in-event", "FIN inside an event", lambda mark: stream([*s.begun(mark), half], end=fin))
    yield case("ends-early", "last chunk after three words, no finish", lambda mark: stream(s.begun(mark)))
    yield case("ends-in-event", "half an event, then the last chunk", lambda mark: stream([*s.begun(mark), half]))
    yield case("error-event", "an error event, then the last chunk", lambda mark: stream([*s.begun(mark), s.error]))
    yield case("error-event-cut", "an error event, then FIN", lambda mark: stream([*s.begun(mark), s.error], end=fin))
    yield case("cut-after-head", "FIN after the head", lambda _mark: stream([], end=fin))


def _chat_endings() -> Iterator[GatewayCase]:
    fin, rst = ScriptEnd.FIN, ScriptEnd.RST

    def case(name: str, title: str, make: MakeScript) -> GatewayCase:
        return GatewayCase(name, title, _then_whole(make))

    yield case("cut-after-finish", "FIN after the finish reason", lambda mark: stream(CHAT.whole(mark)[:-1], end=fin))
    yield case("cut-after-done", "FIN after [DONE], without the last chunk", lambda mark: stream(CHAT.whole(mark), end=fin))
    yield case("reset-after-head", "RST after the head", lambda _mark: stream([], end=rst))
    yield case("no-response", "FIN in place of a response", lambda _mark: no_response(fin))
    yield case("reset-before-head", "RST in place of a response", lambda _mark: no_response(rst))
    yield case("no-done", "finish reason, no [DONE]", lambda mark: stream(CHAT.whole(mark)[:-1]))
    yield case("done-without-finish", "[DONE] without a finish reason", lambda mark: stream([*CHAT.begun(mark), DONE]))
    yield case(
        "close-delimited",
        "a whole answer that the connection's end delimits",
        lambda mark: stream(CHAT.whole(mark), framing="close"),
    )
    yield case("close-delimited-cut", "the same, FIN after three words", lambda mark: stream(CHAT.begun(mark), framing="close"))
    yield case(
        "length-cut",
        "FIN before the announced Content-Length",
        lambda mark: stream(CHAT.begun(mark), framing="length", missing_bytes=500, end=fin),
    )
    yield case("error-event-done", "an error event, then [DONE]", lambda mark: stream([*CHAT.begun(mark), CHAT.error, DONE]))
    yield case(
        "broken-json-done",
        "an event cut off in its JSON, then [DONE]",
        lambda mark: stream([*CHAT.begun(mark), sse('{"id": "x", "choices": [{"del'), DONE]),
    )
    yield case(
        "half-tool-call", "half of a tool call's arguments, then the last chunk", lambda mark: stream(_tool_call(mark)[:2])
    )
    yield case(
        "half-tool-call-cut", "half of a tool call's arguments, then FIN", lambda mark: stream(_tool_call(mark)[:2], end=fin)
    )
    yield case("empty-200", "200 with an empty body", lambda _mark: document(200, b"", content_type="text/event-stream"))
    yield case(
        "html-200",
        "200 with an HTML page",
        lambda _mark: document(200, b"<html><body>Sign in</body></html>", content_type="text/html"),
    )
    yield case("json-200", "200 with an unstreamed answer", lambda mark: document(200, _completion(mark)))
    yield case(
        "no-content",
        "a finish reason and [DONE] without any text",
        lambda mark: stream([*CHAT.start(mark), *CHAT.finish(mark, ""), DONE]),
    )


def _tool_call(mark: str) -> list[bytes]:
    first = {"index": 0, "id": f"call-{mark}", "type": "function", "function": {"name": "pay", "arguments": '{"amount"'}}
    more = [{"index": 0, "function": {"arguments": part}} for part in (": 100", ', "to": "Ann"}')]
    chunks = [chat_chunk(mark, {"role": "assistant", "content": None, "tool_calls": [first]})]
    chunks += [chat_chunk(mark, {"tool_calls": [call]}) for call in more]
    return [*chunks, chat_chunk(mark, {}, "tool_calls"), DONE]


def _completion(mark: str) -> object:
    message = {"role": "assistant", "content": "".join(WORDS)}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    return {"id": f"chatcmpl-{mark}", "object": "chat.completion", "created": 1, "model": "gpt-4o", "choices": choices}


def _contents() -> Iterator[GatewayCase]:
    def case(name: str, title: str, events: Callable[[str], Sequence[bytes]]) -> GatewayCase:
        return GatewayCase(name, title, (lambda mark: stream(events(mark)),))

    def finished(reason: str) -> Callable[[str], Sequence[bytes]]:
        return lambda mark: [*CHAT.begun(mark), chat_chunk(mark, {}, reason), DONE]

    yield case("finish-length", "finish_reason length", finished("length"))
    yield case("finish-content-filter", "finish_reason content_filter", finished("content_filter"))
    yield case("finish-unknown", "a finish_reason of another API (max_tokens)", finished("max_tokens"))
    yield case("tool-call", "a tool call in three pieces", _tool_call)
    yield case("usage", "a usage chunk before [DONE]", lambda mark: [*CHAT.whole(mark)[:-1], chat_usage(mark), DONE])
    yield case("empty-choices-first", "a first chunk without choices", lambda mark: [chat_chunk(mark, None), *CHAT.whole(mark)])
    yield case(
        "null-content",
        "content null and empty deltas",
        lambda mark: [*CHAT.begun(mark), chat_chunk(mark, {"content": None}), chat_chunk(mark, {}), *CHAT.finish(mark, ""), DONE],
    )
    yield case(
        "unknown-fields",
        "unknown fields in a chunk",
        lambda mark: [
            *CHAT.begun(mark),
            chat_chunk(mark, {"content": " more", "x_note": "kept"}, x_extra={"a": 1}),
            *CHAT.finish(mark, ""),
            DONE,
        ],
    )
    yield case("escapes", "line separators and astral characters in the text", _escapes)


def _escapes(mark: str) -> list[bytes]:
    text = "a\n\nb\u2028c\u2029d \U0001f600 é"
    raw = json.dumps(
        {
            "id": f"chatcmpl-{mark}",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "gpt-4o",
            "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
        },
        ensure_ascii=False,
    )
    return [*CHAT.begun(mark), sse(raw), *CHAT.finish(mark, ""), DONE]


def _framing() -> Iterator[GatewayCase]:
    def case(name: str, title: str, events: Callable[[str], Sequence[bytes]], gap_s: float = 0.03) -> GatewayCase:
        return GatewayCase(name, title, (lambda mark: stream(events(mark), gap_s=gap_s),))

    yield case(
        "comments",
        "comments between the events",
        lambda mark: [part for event in CHAT.whole(mark) for part in (b": keep-alive\n\n", event)],
    )
    yield case("no-space", "no space after data:", lambda mark: [e.replace(b"data: ", b"data:", 1) for e in CHAT.whole(mark)])
    yield case("crlf", "lines that end in CR LF", lambda mark: [e.replace(b"\n", b"\r\n") for e in CHAT.whole(mark)])
    yield case(
        "two-data-lines",
        "one JSON object in two data lines",
        lambda mark: [e.replace(b', "choices"', b',\ndata: "choices"', 1) for e in CHAT.whole(mark)],
    )
    yield case(
        "split-events",
        "events split across writes",
        lambda mark: [part for e in CHAT.whole(mark) for part in (e[:25], e[25:]) if part],
    )
    yield case(
        "large-event",
        "one event of 2 MB",
        lambda mark: [*CHAT.begun(mark), CHAT.piece(mark, "x" * _LARGE_BYTES), *CHAT.finish(mark, ""), DONE],
    )
    yield case(
        "burst",
        "2,000 small events at once",
        lambda mark: [
            *CHAT.start(mark),
            b"".join(CHAT.piece(mark, f" {n}") for n in range(_BURST)),
            *CHAT.finish(mark, ""),
            DONE,
        ],
    )
    yield GatewayCase(
        "eight-at-once", "eight clients side by side", (lambda mark: stream(CHAT.whole(mark, (*WORDS, f" {mark}"))),), clients=8
    )


def _statuses() -> Iterator[GatewayCase]:
    def case(name: str, status: int, kind: str, *headers: tuple[str, str]) -> GatewayCase:
        title = f"{status}{' with Retry-After: 1' if headers else ''}, then a good answer"
        return GatewayCase(name, title, _then_whole(lambda _mark: refusal(status, kind, *headers)))

    after = ("Retry-After", "1")
    yield case("status-429-retry-after", 429, "rate_limit_error", after)
    yield case("status-429", 429, "rate_limit_error")
    yield case("status-503-retry-after", 503, "server_error", after)
    for status, kind in (
        (503, "server_error"),
        (502, "server_error"),
        (500, "server_error"),
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (413, "request_too_large"),
    ):
        yield case(f"status-{status}", status, kind)


def _timed() -> Iterator[GatewayCase]:
    yield GatewayCase("pieces", "words 300 ms apart", (lambda mark: stream(CHAT.whole(mark), gap_s=0.3),), timed=True)


def _leaving() -> Iterator[GatewayCase]:
    def talking(mark: str) -> ResponseScript:
        return stream(
            [*CHAT.begun(mark), *(CHAT.piece(mark, f" {n}") for n in range(40)), *CHAT.finish(mark, ""), DONE], gap_s=0.1
        )

    def silent(mark: str) -> ResponseScript:
        script = stream(CHAT.begun(mark))
        rest = stream([*CHAT.finish(mark, ""), DONE]).steps[2:]
        return ResponseScript((*script.steps[:-1], ScriptPause(4.0), *rest))

    yield GatewayCase("client-leaves", "the client leaves while text comes", (talking,), leaves_after_events=3)
    yield GatewayCase("client-leaves-silence", "the client leaves a silent stream", (silent,), leaves_after_events=3)


def _slow() -> Iterator[GatewayCase]:
    def silence(mark: str) -> ResponseScript:
        events = CHAT.whole(mark)
        first, rest = stream(events[:3]).steps[:-1], stream(events[3:]).steps[2:]
        return ResponseScript((*first, ScriptPause(_LONG_SILENCE_S), *rest))

    def late(mark: str) -> ResponseScript:
        return ResponseScript((ScriptPause(_LONG_SILENCE_S), *stream(CHAT.whole(mark)).steps))

    def drip(mark: str) -> ResponseScript:
        return stream(CHAT.whole(mark, [f" {n}" for n in range(70)]), gap_s=1.0)

    limit_s = _LONG_SILENCE_S + 20
    yield GatewayCase("silence-70s", "70 s of silence after two words", (silence,), slow=True, limit_s=limit_s)
    yield GatewayCase("late-70s", "70 s before the head", (late,), slow=True, limit_s=limit_s)
    yield GatewayCase("drip-70s", "a word each second for 70 s", (drip,), slow=True, limit_s=limit_s)
