"""Answers in shapes that no protocol here has: what cannot be read is never judged good, never bad, and never empty."""

import gzip
import json

import pytest

from dvara_examples.protocols import FINISH_REASONS
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange
from dvara_examples.records.verdict import Outcome, Verdict
from dvara_examples.session.judge import judge
from tests.factories import make_transcript
from tests.tap.fuzzing import Closing, observe
from tests.tap.scripted import DONE, delta

CHAT, MESSAGES, RESPONSES = "/v1/chat/completions", "/v1/messages", "/v1/responses"
HI, STOP = delta("Hello"), delta(finish="stop")


def event(value: object, name: str = "") -> bytes:
    """Return one event with *value* as its JSON."""
    return (f"event: {name}\n" if name else "").encode() + b"data: " + json.dumps(value).encode() + b"\n\n"


def choice(**parts: object) -> bytes:
    """Return a chat event with one choice of these *parts*."""
    return event({"choices": [{"index": 0, **parts}]})


def seen(body: bytes, *, path: str = CHAT, kind: str | None = "text/event-stream", stream: bool = True) -> Exchange:
    """Return what the tap saw of a whole response with this *body*."""
    content_type = "" if kind is None else f"Content-Type: {kind}\r\n"
    raw = f"HTTP/1.1 200 OK\r\n{content_type}Content-Length: {len(body)}\r\n\r\n".encode() + body
    request = f"POST {path} HTTP/1.1\r\nHost: tap\r\n\r\n".encode()
    return observe(raw, (len(raw),), Closing.FIN, request=request, asked=json.dumps({"stream": stream}).encode())


def judged(exchange: Exchange, ends: str = "done") -> Verdict:
    """Judge an example that printed the text of the answer, and that expects a whole one."""
    expect = {"exit": 0, "ends": ends, "finish_reason": "stop", "text": {"equals": "Hello"}, "prints_the_stream": True}
    return judge(make_transcript(stdout="Hello\n", exchanges=[exchange], expect=expect))


OTHER_SHAPES = {
    "ollama": event({"message": {"role": "assistant", "content": "Hello"}, "done": True, "done_reason": "stop"}),
    "gemini": event({"candidates": [{"content": {"parts": [{"text": "Hello"}]}, "finishReason": "STOP"}]}),
    "bedrock": event({"generation": "Hello", "stop_reason": "stop"}),
    "wrapped": event({"data": {"choices": [{"delta": {"content": "Hello"}, "finish_reason": "stop"}]}}),
    "choices-object": event({"choices": {"0": {"delta": {"content": "Hello"}, "finish_reason": "stop"}}}),
    "choices-string": event({"choices": "Hello"}),
    "reason-in-the-delta": HI + choice(delta={"finish_reason": "stop"}),
    "finishReason": HI + choice(delta={}, finishReason="stop"),
    "stop_reason": HI + choice(delta={}, stop_reason="end_turn"),
    "done_reason": HI + choice(delta={}, done_reason="stop"),
    "lost-line": HI + b'{"choices": [{"finish_reason": "stop"}]}\n\n',
}


@pytest.mark.parametrize("body", OTHER_SHAPES.values(), ids=OTHER_SHAPES)
@pytest.mark.parametrize("last", [b"", DONE], ids=["", "sentinel"])
def test_an_end_in_another_shape_decides_nothing(body: bytes, last: bytes) -> None:
    """Clients of other APIs would find it whole; nobody can say that it is, or that it is not."""
    exchange = seen(body + last)
    assert (exchange.ending, exchange.text_complete) == (Ending.UNRECOGNISED, False)
    verdict = judged(exchange)
    assert verdict.outcome is Outcome.ERRORED
    assert "cannot tell whether the answer is whole: " in verdict.reason


@pytest.mark.parametrize("reason", [0, 1, False, True, [], ["stop"], {}, {"type": "stop"}, 1.5])
@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_a_finish_reason_that_is_no_string_is_unknown(reason: object, path: str) -> None:
    """It is neither a good reason nor a missing one."""
    if path == CHAT:
        body = HI + choice(delta={}, finish_reason=reason) + DONE
    else:
        body = event({"type": "message_delta", "delta": {"stop_reason": reason}}) + event({"type": "message_stop"})
    exchange = seen(body, path=path)
    assert (exchange.ending, exchange.finish_reason) == (Ending.UNRECOGNISED, json.dumps(reason))


@pytest.mark.parametrize("other", ["error", "abort", "null", "STOP", 0, {}])
def test_the_reason_of_every_choice_counts(other: object) -> None:
    """A second answer that ended for an unknown reason is not vouched for because the first one ended well."""
    choices = [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}, {"index": 1, "finish_reason": other}]
    assert seen(event({"choices": choices}) + DONE).ending is Ending.UNRECOGNISED
    document = json.dumps({"choices": [{"message": {"content": "Hello"}, "finish_reason": one} for one in ("stop", other)]})
    assert seen(document.encode(), kind="application/json", stream=False).ending is Ending.UNRECOGNISED


@pytest.mark.parametrize("reasons", [(a, b) for a in sorted(FINISH_REASONS) for b in sorted(FINISH_REASONS)])
def test_known_reasons_of_all_choices_are_those_of_a_whole_answer(reasons: tuple[str, str]) -> None:
    """The reason of the first choice is the answer's."""
    choices = [{"index": index, "delta": {}, "finish_reason": reason} for index, reason in enumerate(reasons)]
    exchange = seen(event({"choices": choices}) + DONE)
    assert (exchange.ending, exchange.finish_reason) == (Ending.DONE, reasons[0])


ELSEWHERE = {
    "message": choice(message={"content": "Hello"}),
    "delta-string": choice(delta="Hello"),
    "delta-list": choice(delta=[{"content": "Hello"}]),
    "choice-string": event({"choices": ["Hello"]}),
    "reasoning": choice(delta={"reasoning_content": "Hello"}),
    "refusal": choice(delta={"content": None, "refusal": "Hello"}),
    "audio": choice(delta={"audio": {"transcript": "Hello"}}),
    "leading-blanks": b"  " + HI,
    "field-in-capitals": b"Data" + HI[4:],
}


@pytest.mark.parametrize("body", ELSEWHERE.values(), ids=ELSEWHERE)
def test_text_in_another_place_is_not_called_missing(body: bytes) -> None:
    """How the answer ended is known; whether an example printed all of its text is not."""
    exchange = seen(body + STOP + DONE)
    assert (exchange.ending, exchange.text, exchange.text_complete) == (Ending.DONE, "", False)
    verdict = judged(exchange)
    assert verdict.outcome is Outcome.ERRORED
    assert "cannot tell all of the text: " in verdict.reason


@pytest.mark.parametrize("beside", [{"reasoning_content": "hm"}, {"refusal": "no"}, {"audio": {"id": "a"}}, {"reasoning": "hm"}])
def test_thoughts_in_front_of_an_answer_leave_its_text_certain(beside: object) -> None:
    """Only an answer without any content may have its words elsewhere."""
    exchange = seen(choice(delta=beside) + HI + choice(delta=beside) + STOP + DONE)
    assert (exchange.text, exchange.text_complete, exchange.unread) == ("Hello", True, None)


def test_a_call_of_a_tool_has_no_text() -> None:
    """Nothing stands in for it, so nothing is uncertain."""
    call = {"role": "assistant", "content": None, "tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "{}"}}]}
    exchange = seen(choice(delta=call) + choice(delta={}, finish_reason="tool_calls") + DONE)
    assert (exchange.ending, exchange.text, exchange.text_complete) == (Ending.DONE, "", True)


LINES = {
    "json-lines": b'{"choices": [{"delta": {"content": "Hello"}, "finish_reason": "stop"}]}\n' * 2,
    "json-list": b'[{"choices": [{"delta": {"content": "Hello"}, "finish_reason": "stop"}]}]',
    "ollama-lines": b'{"message": {"content": "Hello"}, "done": false}\n{"done": true}\n',
    "text": b"Hello",
    "page": b"<html>Hello</html>",
    "utf-16": (HI + STOP + DONE).decode().encode("utf-16"),
}


@pytest.mark.parametrize("body", LINES.values(), ids=LINES)
@pytest.mark.parametrize("kind", ["text/event-stream", "application/json", "application/x-ndjson", "application/jsonl", None])
def test_what_is_no_stream_may_still_have_text(body: bytes, kind: str | None) -> None:
    """That no stream came is certain; what an example made of it is not, so nothing else is found."""
    exchange = seen(body, kind=kind)
    assert (exchange.ending, exchange.text_complete) == (Ending.NOT_A_STREAM, False)
    assert [finding.key for finding in judged(exchange).failures] == ["ends"]


@pytest.mark.parametrize("body", [b"", b": ping\n\n", b"event: ping\n\n", b"retry: 5\n\n", b"odd: field\n\n" + HI])
def test_what_the_standard_ignores_is_no_lost_text(body: bytes) -> None:
    """Comments and unknown fields are no answer that somebody could have read."""
    assert seen(body).unread is None


OTHER_DOCUMENTS: list[tuple[str, object]] = [
    (CHAT, {}),
    (CHAT, {"detail": "busy"}),
    (CHAT, {"choices": []}),
    (CHAT, {"choices": None}),
    (CHAT, {"choices": {"0": 1}}),
    (CHAT, {"message": {"content": "Hello"}, "done": True}),
    (CHAT, {"choices": [{"message": {"content": "Hello"}, "finish_reason": None}]}),
    (MESSAGES, {"content": [{"type": "text", "text": "Hello"}], "stop_reason": None}),
    *(
        (RESPONSES, {"status": word, "output": []})
        for word in ("failed", "cancelled", "queued", "in_progress", "incomplete", None)
    ),
]


@pytest.mark.parametrize(("path", "document"), OTHER_DOCUMENTS)
def test_a_document_without_a_good_end_is_not_answered(path: str, document: object) -> None:
    """A whole JSON object is not a whole answer."""
    exchange = seen(json.dumps(document).encode(), path=path, kind="application/json", stream=False)
    assert exchange.ending is Ending.UNRECOGNISED
    assert judged(exchange, ends="answered").outcome is not Outcome.PASSED


@pytest.mark.parametrize(
    ("response", "ending", "reason"),
    [
        ({}, Ending.DONE, "stop"),
        ({"status": "completed", "incomplete_details": None}, Ending.DONE, "stop"),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, Ending.DONE, "length"),
        ({"status": "incomplete"}, Ending.UNRECOGNISED, "incomplete"),
        ({"status": "failed"}, Ending.UNRECOGNISED, "failed"),
        ({"status": "cancelled"}, Ending.UNRECOGNISED, "cancelled"),
    ],
)
def test_the_status_in_the_last_event_counts(response: object, ending: Ending, reason: str) -> None:
    """An event may be called response.completed, and the response in it another thing."""
    body = event({"type": "response.output_text.delta", "delta": "Hello"})
    exchange = seen(body + event({"type": "response.completed", "response": response}), path=RESPONSES)
    assert (exchange.ending, exchange.finish_reason) == (ending, reason)


UNREAD_EVENTS: list[tuple[str, bytes]] = [
    (MESSAGES, event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "Hello"}})),
    (MESSAGES, event({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hello"}})),
    (MESSAGES, event({"type": "content_block_delta", "index": 0, "delta": {"text": "Hello"}})),
    (RESPONSES, event({"type": "response.output_text.delta", "delta": {"text": "Hello"}})),
    (RESPONSES, event({"type": "response.output_text.done", "text": "Hello"})),
    (RESPONSES, event({"type": "response.refusal.delta", "delta": "Hello"})),
]
ENDS = {
    MESSAGES: event({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}) + event({"type": "message_stop"}),
    RESPONSES: event({"type": "response.completed", "response": {}}),
}


@pytest.mark.parametrize(("path", "body"), UNREAD_EVENTS)
def test_text_beside_the_deltas_is_not_called_missing(path: str, body: bytes) -> None:
    """Some clients show it, others do not."""
    exchange = seen(body + ENDS[path], path=path)
    assert (exchange.ending, exchange.text_complete) == (Ending.DONE, False)
    assert judged(exchange).outcome is Outcome.ERRORED


@pytest.mark.parametrize("data", [{"object": "error", "message": "busy", "code": 500}, {"type": "error", "message": "busy"}])
def test_an_error_without_an_envelope_is_an_error(data: object) -> None:
    """Older releases of vLLM send one; a good finish reason behind it changes nothing."""
    exchange = seen(HI + event(data) + STOP + DONE)
    assert (exchange.ending, exchange.error) == (Ending.ERROR_EVENT, "busy")


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "br", "zstd", "gzip, br"])
def test_a_plain_body_under_the_name_of_a_coding_decides_nothing(coding: str) -> None:
    """Clients that undo codings refuse it; the JDK's client, which undoes none, reads it."""
    body = HI + STOP + DONE
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    exchange = observe(head.encode() + body, (7,), Closing.FIN)
    assert (exchange.ending, exchange.text_complete) == (Ending.UNRECOGNISED, False)
    assert "right from its start: some clients take such a body as it is" in (exchange.unread or "")
    assert judged(exchange).outcome is Outcome.ERRORED


@pytest.mark.parametrize("coding", ["gzip, chunked", "deflate, chunked", "br,chunked", "compress, chunked", "GZIP , Chunked"])
def test_a_transfer_coding_decides_nothing(coding: str) -> None:
    """HTTP/1.1 allows one, and hardly any client undoes it."""
    body = gzip.compress(HI + STOP + DONE)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: {coding}\r\n\r\n"
    exchange = observe(head.encode() + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), (40,), Closing.FIN)
    assert exchange.ending is Ending.UNRECOGNISED
    assert "expected the transfer coding chunked alone, found" in (exchange.unread or "")


@pytest.mark.parametrize("coding", ["chunked", "Chunked", "identity, chunked"])
def test_chunks_are_no_transfer_coding_that_matters(coding: str) -> None:
    """Every client undoes them."""
    body = HI + STOP + DONE
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: {coding}\r\n\r\n"
    exchange = observe(head.encode() + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), (40,), Closing.FIN)
    assert (exchange.ending, exchange.text) == (Ending.DONE, "Hello")


@pytest.mark.parametrize(
    ("spelt", "known"),
    [("Gr\u00fc\u00dfe".encode(), True), ("Gr\u00fc\u00dfe".encode("latin-1"), False), ("\ufffd".encode(), True)],
)
def test_text_that_is_not_utf8_is_read_in_several_ways(spelt: bytes, known: bool) -> None:
    """Some clients refuse it, some put another character there, and some believe the charset of the head."""
    body = delta("@").replace(b"@", spelt) + STOP + DONE
    exchange = seen(body, kind="text/event-stream; charset=iso-8859-1")
    assert (exchange.ending, exchange.text_complete) == (Ending.DONE, known)


@pytest.mark.parametrize("name", ["error", "Error", "ERROR"])
def test_an_event_that_is_called_an_error_is_one(name: str) -> None:
    """However it is spelt, and whatever comes behind it."""
    exchange = seen(HI + event({"message": "busy"}, name) + STOP + DONE)
    assert exchange.ending is Ending.ERROR_EVENT


WENT_ON = {
    "on-each-chunk": choice(delta={"content": "a"}, finish_reason="stop") * 2,
    "in-the-middle": choice(delta={"content": "a"}, finish_reason="stop") + HI,
    "in-the-middle-of-text": choice(text="a", finish_reason="stop") + choice(text="b"),
    "before-a-call": STOP + choice(delta={"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "{}"}}]}),
}


@pytest.mark.parametrize("body", WENT_ON.values(), ids=WENT_ON)
def test_a_choice_that_goes_on_after_its_finish_reason_decides_nothing(body: bytes) -> None:
    """A gateway that writes "stop" into each chunk says nothing by it, and a silent cut looks the same."""
    exchange = seen(body)
    assert exchange.ending is Ending.UNRECOGNISED
    assert "text or a tool call came after the finish_reason" in (exchange.unread or "")


def test_a_reason_on_each_chunk_is_settled_by_the_last_word() -> None:
    """Only the end of the stream can have both, the last text with its reason and the sentinel."""
    assert seen(WENT_ON["on-each-chunk"] + DONE).ending is Ending.DONE
    assert seen(WENT_ON["in-the-middle"] + DONE).ending is Ending.UNRECOGNISED


@pytest.mark.parametrize("after", [choice(delta={}), choice(delta={"content": ""}), event({"choices": [], "usage": {}})])
def test_what_may_follow_a_finish_reason_changes_nothing(after: bytes) -> None:
    """Usage, filter results and empty pieces come behind it."""
    assert seen(HI + STOP + after + DONE).ending is Ending.DONE
    assert seen(HI + STOP + after).ending is Ending.DONE_WITHOUT_SENTINEL


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_a_constant_that_json_does_not_have_decides_nothing(constant: str) -> None:
    """Python reads it; Node.js and Java refuse the whole event."""
    odd = b'data: {"choices": [{"index": 0, "delta": {"content": "a"}, "logprobs": %s}]}\n\n' % constant.encode()
    exchange = seen(odd + HI + STOP + DONE)
    assert (exchange.ending, exchange.text) == (Ending.UNRECOGNISED, "aHello")
    assert f"an event holds {constant}, which is not JSON" in (exchange.unread or "")
    assert seen(odd + HI).ending is Ending.EOF_WITHOUT_DONE


DOCUMENT = json.dumps({"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]})


@pytest.mark.parametrize("body", [DOCUMENT.encode("utf-16"), DOCUMENT.replace('"stop"', '"stop", "a": NaN').encode()])
def test_a_document_that_only_some_clients_read_decides_nothing(body: bytes) -> None:
    """Python and Jackson find out which encoding it is in, Node.js takes all for UTF-8; only Python reads NaN."""
    assert seen(body, kind="application/json", stream=False).ending is Ending.UNRECOGNISED


def call(arguments: str, reason: str) -> dict[str, bytes]:
    """Return the same call of a tool in each protocol that has them, as a stream."""
    part = {"tool_calls": [{"index": 0, "id": "1", "function": {"name": "f", "arguments": arguments}}]}
    block = {"type": "input_json_delta", "partial_json": arguments}
    stop_reason = {"tool_calls": "tool_use", "length": "max_tokens"}[reason]
    response = {"status": "completed"} if reason != "length" else {"incomplete_details": {"reason": "max_output_tokens"}}
    return {
        CHAT: choice(delta=part) + choice(delta={}, finish_reason=reason) + DONE,
        MESSAGES: event({"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use"}})
        + event({"type": "content_block_delta", "index": 0, "delta": block})
        + event({"type": "message_delta", "delta": {"stop_reason": stop_reason}})
        + event({"type": "message_stop"}),
        RESPONSES: event({"type": "response.function_call_arguments.delta", "output_index": 0, "delta": arguments})
        + event({"type": "response.completed", "response": response}),
    }


@pytest.mark.parametrize("path", [CHAT, MESSAGES, RESPONSES])
@pytest.mark.parametrize("arguments", ['{"a": ', '{"a": "b', '{"a": 1', "["])
def test_a_tool_call_that_stops_midway_is_not_whole(path: str, arguments: str) -> None:
    """Some gateways lose the last piece, and say all the same that the answer is complete."""
    exchange = seen(call(arguments, "tool_calls")[path], path=path)
    assert exchange.ending is Ending.UNRECOGNISED
    assert "the arguments of a tool call stop midway" in (exchange.unread or "")


@pytest.mark.parametrize("path", [CHAT, MESSAGES, RESPONSES])
@pytest.mark.parametrize(
    ("arguments", "reason"), [("", "tool_calls"), ("{}", "tool_calls"), ("{'a': 1}", "tool_calls"), ('{"a', "length")]
)
def test_a_tool_call_that_a_model_wrote_so_is_whole(path: str, arguments: str, reason: str) -> None:
    """No arguments, arguments that are no JSON, and those that ``length`` cut off came as the model wrote them."""
    assert seen(call(arguments, reason)[path], path=path).ending is Ending.DONE


def test_a_tool_call_in_a_document_that_stops_midway_is_not_whole() -> None:
    """The same holds where no stream was asked for."""
    function = {"tool_calls": [{"function": {"name": "f", "arguments": '{"a": '}}]}
    document = {"choices": [{"message": function, "finish_reason": "tool_calls"}]}
    assert seen(json.dumps(document).encode(), kind="application/json", stream=False).ending is Ending.UNRECOGNISED


@pytest.mark.parametrize(
    ("last", "why"),
    [
        ({"status": "completed", "error": {"message": "boom"}}, "holds an error: boom"),
        ({"output": [{"content": [{"type": "output_text", "text": "Hello"}]}]}, "the deltas have 4 of the 5 characters"),
    ],
)
def test_a_last_event_against_the_ones_before_it_decides_nothing(last: object, why: str) -> None:
    """Who prints the deltas shows another answer than who prints the last event."""
    body = event({"type": "response.output_text.delta", "delta": "Hell"}) + event(
        {"type": "response.completed", "response": last}
    )
    exchange = seen(body, path=RESPONSES)
    assert exchange.ending is Ending.UNRECOGNISED
    assert why in (exchange.unread or "")


def asked(request: object, body: bytes, *, path: str = CHAT, kind: str = "text/event-stream") -> Exchange:
    """Return what the tap saw of a response with this *body* to this *request*."""
    raw = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    head = f"POST {path} HTTP/1.1\r\nHost: tap\r\n\r\n".encode()
    return observe(raw, (len(raw),), Closing.FIN, request=head, asked=json.dumps(request).encode())


@pytest.mark.parametrize("more", [{"n": 2}, {"prompt": ["a", "b"]}])
def test_a_choice_that_never_came_is_missed(more: dict[str, object]) -> None:
    """One of two answers, whole in itself, is not all that was asked for."""
    assert asked({"stream": True, **more}, HI + STOP + DONE).ending is Ending.UNRECOGNISED
    both = HI + STOP + event({"choices": [{"index": 1, "delta": {"content": "b"}, "finish_reason": "stop"}]})
    assert asked({"stream": True, **more}, both + DONE).ending is Ending.DONE
    document = DOCUMENT.encode()
    assert asked(more, document, kind="application/json").ending is Ending.UNRECOGNISED
    assert asked({"stream": True, **more}, HI).ending is Ending.EOF_WITHOUT_DONE


EMBEDDINGS = "/v1/embeddings"
VECTOR = {"embedding": [0.5]}


@pytest.mark.parametrize(
    ("texts", "document", "ending"),
    [
        ("a", {"data": [VECTOR]}, Ending.ANSWERED),
        (["a", "b"], {"data": [VECTOR, VECTOR]}, Ending.ANSWERED),
        ([1, 2, 3], {"data": [VECTOR]}, Ending.ANSWERED),
        ([[1, 2], [3]], {"data": [VECTOR]}, Ending.UNRECOGNISED),
        (["a", "b"], {"data": [VECTOR]}, Ending.UNRECOGNISED),
        (["a", "b"], {"data": [VECTOR, {"embedding": []}]}, Ending.UNRECOGNISED),
        ("a", {"data": []}, Ending.UNRECOGNISED),
        ("a", {"detail": "still loading"}, Ending.UNRECOGNISED),
        ("a", {"object": "error", "message": "no such model"}, Ending.UNRECOGNISED),
    ],
)
def test_embeddings_are_counted(texts: object, document: object, ending: Ending) -> None:
    """A document is the answer if it has a vector for each text."""
    exchange = asked({"input": texts}, json.dumps(document).encode(), path=EMBEDDINGS, kind="application/json")
    assert exchange.ending is ending


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (b'{"data": []}', Ending.ANSWERED),
        (b'{"detail": "still loading"}', Ending.UNRECOGNISED),
        (b"[]", Ending.UNRECOGNISED),
        (b"<html>Sign in</html>", Ending.UNRECOGNISED),
    ],
)
def test_a_list_of_models_is_one(body: bytes, ending: Ending) -> None:
    """A page to sign in at, and a document of another shape, are no list."""
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    exchange = observe(raw, (len(raw),), Closing.FIN, request=b"GET /v1/models HTTP/1.1\r\nHost: tap\r\n\r\n", asked=b"")
    assert exchange.ending is ending
