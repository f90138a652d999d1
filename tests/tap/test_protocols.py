"""What the tap makes of streams in every protocol, whole and cut."""

import json

import pytest

from dvara_examples.protocols import FINISH_REASONS, StreamReader, foreign_protocol, protocol_of, reader_for
from dvara_examples.records.model import Ending
from dvara_examples.tap.ending import CloseKind, Facts, name_ending
from dvara_examples.tap.response_parts import ResponseReader
from dvara_examples.wire.parts import EventEnd
from dvara_examples.wire.sse import SseParser

Event = tuple[str, dict[str, object]]

CHAT: list[Event] = [
    ("", {"choices": [{"index": 0, "delta": {"content": "Hel"}}]}),
    ("", {"choices": [{"index": 0, "delta": {"content": "lo"}}]}),
    ("", {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}),
]
COMPLETION: list[Event] = [
    ("", {"choices": [{"index": 0, "text": "Hello"}]}),
    ("", {"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]}),
]
MESSAGES: list[Event] = [
    ("message_start", {"type": "message_start", "message": {"usage": {"input_tokens": 3, "output_tokens": 0}}}),
    ("ping", {"type": "ping"}),
    ("content_block_start", {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
    ("content_block_delta", {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}}),
    ("content_block_stop", {"type": "content_block_stop", "index": 0}),
    ("message_delta", {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}),
    ("message_stop", {"type": "message_stop"}),
]
RESPONSES: list[Event] = [
    ("response.created", {"type": "response.created", "response": {"status": "in_progress"}}),
    ("response.output_text.delta", {"type": "response.output_text.delta", "delta": "Hel"}),
    ("response.output_text.delta", {"type": "response.output_text.delta", "delta": "lo"}),
    ("response.output_text.done", {"type": "response.output_text.done", "text": "Hello"}),
    ("response.completed", {"type": "response.completed", "response": {"status": "completed"}}),
]
FAILURE = {"code": "provider_error", "message": "gone"}
STREAMS = {
    "/v1/chat/completions": (CHAT, b"data: [DONE]\n\n"),
    "/gateway/v1/completions?x=1": (COMPLETION, b"data: [DONE]\n\n"),
    "/v1/messages": (MESSAGES, b""),
    "/v1/responses": (RESPONSES, b""),
}


def raw(events: list[Event], tail: bytes = b"") -> bytes:
    """Return *events* as they go over the wire."""
    lines = "".join((f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n" for name, data in events)
    return lines.encode() + tail


def read(target: str, data: bytes) -> tuple[StreamReader, str]:
    """Read a whole stream for *target*; return the reader and the text."""
    reader, parser = reader_for(target), SseParser()
    return reader, "".join(reader.read(event) for event in parser.feed(data))


def ending(target: str, data: bytes) -> Ending:
    """Name the ending of a 200 with this event stream and a complete framing."""
    reader, _ = read(target, data)
    facts = Facts(
        CloseKind.COMPLETE,
        200,
        known=reader.known,
        finish_reason=reader.finish_reason,
        recognised=reader.finish_reason in FINISH_REASONS,
        sentinel=reader.sentinel,
        needs_last_word=reader.needs_last_word,
        error_event=reader.error is not None,
        malformed_event=reader.malformed is not None,
    )
    return name_ending(facts)[0]


@pytest.mark.parametrize("target", STREAMS)
def test_a_whole_stream_is_done_and_has_its_text(target: str) -> None:
    """Each protocol's own last word makes a stream whole."""
    events, tail = STREAMS[target]
    reader, text = read(target, raw(events, tail))
    assert (ending(target, raw(events, tail)), reader.finish_reason, text) == (Ending.DONE, "stop", "Hello")


@pytest.mark.parametrize("target", STREAMS)
def test_a_stream_cut_at_any_byte_is_never_whole(target: str) -> None:
    """A clean end at any byte before the last word is neither done nor answered."""
    events, tail = STREAMS[target]
    whole = raw(events, tail)
    before = raw(events[:-1]) if not tail else raw(events)
    good = {Ending.DONE, Ending.ANSWERED}
    assert not [at for at in range(len(before) + 1) if ending(target, whole[:at]) in good]


def test_a_stop_reason_without_message_stop_is_not_whole() -> None:
    """The Messages protocol ends with message_stop, not with the stop_reason."""
    assert ending("/v1/messages", raw(MESSAGES[:-1])) is Ending.EOF_WITHOUT_DONE


@pytest.mark.parametrize(
    ("own", "common"),
    [("end_turn", "stop"), ("max_tokens", "length"), ("tool_use", "tool_calls"), ("refusal", "content_filter")],
)
def test_stop_reasons_have_common_words(own: str, common: str) -> None:
    """Expectations on finish_reason read the same for every protocol."""
    delta: Event = ("message_delta", {"type": "message_delta", "delta": {"stop_reason": own}})
    events = [*MESSAGES[:-2], delta, MESSAGES[-1]]
    assert read("/v1/messages", raw(events))[0].finish_reason == common


def test_an_incomplete_response_ends_with_its_reason() -> None:
    """response.incomplete is an end, and says why."""
    response = {"incomplete_details": {"reason": "max_output_tokens"}}
    last: Event = ("response.incomplete", {"type": "response.incomplete", "response": response})
    data = raw([*RESPONSES[:-1], last])
    assert (ending("/v1/responses", data), read("/v1/responses", data)[0].finish_reason) == (Ending.DONE, "length")


@pytest.mark.parametrize(
    ("target", "event"),
    [
        (
            "/v1/responses",
            (
                "response.failed",
                {"type": "response.failed", "response": {"error": {"code": "provider_error", "message": "gone"}}},
            ),
        ),
        ("/v1/messages", ("error", {"type": "error", "error": {"type": "api_error", "message": "gone"}})),
        ("/v1/responses", ("error", {"type": "error", "message": "gone", "code": "server_error"})),
    ],
)
def test_failures_inside_a_stream_are_error_events(target: str, event: Event) -> None:
    """The protocol's own failure event is an error event, with its message."""
    events, _ = STREAMS[target]
    reader, _ = read(target, raw([*events[:2], event]))
    assert ending(target, raw([*events[:2], event])) is Ending.ERROR_EVENT
    assert reader.error is not None
    assert reader.error.startswith("gone (")


@pytest.mark.parametrize("reason", ["error", "abort", "null", "STOP", "eos", "unknown"])
def test_an_unknown_finish_reason_is_never_done(reason: str) -> None:
    """Good endings are a known list; of anything else nobody can say that the answer is whole."""
    last: Event = ("", {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    assert ending("/v1/chat/completions", raw([*CHAT[:-1], last], b"data: [DONE]\n\n")) is Ending.UNRECOGNISED


@pytest.mark.parametrize("reason", sorted(FINISH_REASONS))
def test_every_known_finish_reason_is_done(reason: str) -> None:
    """The known finish reasons end a stream."""
    last: Event = ("", {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    assert ending("/v1/chat/completions", raw([*CHAT[:-1], last], b"data: [DONE]\n\n")) is Ending.DONE


def test_a_stream_in_no_known_protocol_is_unrecognised() -> None:
    """Only its framing can be checked, and the ending says so."""
    events: list[Event] = [("tick", {"n": 1}), ("tick", {"n": 2})]
    assert protocol_of("/v1beta/models/m:streamGenerateContent") is None
    assert ending("/v1beta/models/m:streamGenerateContent", raw(events)) is Ending.UNRECOGNISED


def oddities(target: str, events: list[Event]) -> list[str]:
    """Return what the reader noted about events that do not fit together."""
    return list(read(target, raw(events))[0].remarks)


def test_whole_streams_have_no_oddities() -> None:
    """Nothing is noted of streams as they have to be."""
    assert [oddities(target, events) for target, (events, _) in STREAMS.items()] == [[], [], [], []]


def test_overlapping_and_open_content_blocks_are_noted() -> None:
    """The first oddity of a message is told, in words."""
    start: Event = ("", {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}})
    delta: Event = ("", {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "x"}})
    found = [
        oddities("/v1/messages", [*MESSAGES[:4], start]),
        oddities("/v1/messages", [*MESSAGES[:4], delta]),
        oddities("/v1/messages", [*MESSAGES[:4], *MESSAGES[5:]]),
    ]
    assert found == [
        ["content block 1 began before block 0 had ended"],
        ["a delta of content block 1 came while that block was not open"],
        ["content block 0 was still open at the end"],
    ]


def test_gaps_in_sequence_numbers_are_noted() -> None:
    """A number that does not follow the one before it is told once."""
    events: list[Event] = [("", {"type": "response.x", "sequence_number": number}) for number in (0, 1, 3, 5)]
    assert oddities("/v1/responses", events) == ["sequence_number 3 came after 1"]
    assert oddities("/v1/responses", events[:2]) == []


@pytest.mark.parametrize("asked", STREAMS)
@pytest.mark.parametrize("came", STREAMS)
def test_a_stream_in_another_protocol_is_named_and_never_whole(asked: str, came: str) -> None:
    """Its own last word is none to a client of another protocol; chat and the older completions look alike."""
    events, tail = STREAMS[came]
    first = read(asked, raw(events, tail))[0].first
    assert first is not None
    alike = protocol_of(asked) == protocol_of(came) or {protocol_of(asked), protocol_of(came)} == {"chat", "completions"}
    assert (foreign_protocol(asked, first) is None) is alike
    assert (ending(asked, raw(events, tail)) is Ending.DONE) is alike


def test_the_tokens_of_a_streamed_message_are_input_and_output() -> None:
    """The input is counted at the start, the output at the end, and what came from a cache counts too."""
    usage = {"input_tokens": 25, "cache_read_input_tokens": 100, "output_tokens": 1}
    start: Event = ("", {"type": "message_start", "message": {"usage": usage}})
    end: Event = ("", {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 15}})
    assert read("/v1/messages", raw([start, end]))[0].total_tokens == 140


@pytest.mark.parametrize("target", ["/v1/models", "/v1/embeddings"])
def test_an_event_stream_in_the_place_of_a_document_is_unrecognised(target: str) -> None:
    """These endpoints have no streams, so nothing in one says that it is whole."""
    reader, _ = read(target, raw(CHAT, b"data: [DONE]\n\n"))
    assert (reader.known, reader.finish_reason, reader.sentinel) == (False, None, False)


def test_embeddings_count_their_tokens() -> None:
    """The budget hears of them."""
    reader = reader_for("/v1/embeddings")
    assert reader.read_document({"data": [], "usage": {"prompt_tokens": 7, "total_tokens": 7}}) == ""
    assert reader.total_tokens == 7


@pytest.mark.parametrize(
    ("target", "finish", "done"), [("/v1/messages", 6, 7), ("/v1/responses", 5, 5), ("/gateway/v1/completions?x=1", 2, 3)]
)
def test_faults_find_each_protocols_own_events(target: str, finish: int, done: int) -> None:
    """The finish reason and the last word are where the protocol has them."""
    events, tail = STREAMS[target]
    body = raw(events, tail)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(body)
    ends = [item for item in ResponseReader("POST", target).feed(head + body)[1] if isinstance(item, EventEnd)]
    assert [end.number for end in ends if end.finish] == [finish]
    assert [end.number for end in ends if end.done] == [done]
