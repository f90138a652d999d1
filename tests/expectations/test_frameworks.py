"""Expectations that need no exact words, so that they judge every client library by the same measure."""

import json
from typing import Literal

import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.expectations import parse_expectation
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, ProcessEnd, Request, Response, WireEvent
from dvara_examples.records.verdict import Finding
from tests.factories import make_exchange, make_transcript, numbered

CHAT = "/v1/chat/completions"


def asking(*messages: dict[str, object], model: str = "m") -> Request:
    """Build a chat request with these messages."""
    body = json.dumps({"model": model, "messages": messages}).encode()
    return Request("POST", CHAT, (), body, len(body))


def user(text: str = "hi") -> dict[str, object]:
    """Build a user's message."""
    return {"role": "user", "content": text}


def cut(**more: object) -> Exchange:
    """Build an exchange whose stream just stops."""
    return make_exchange("Hello wor", **{"ending": Ending.EOF_WITHOUT_DONE, **more})  # type: ignore[arg-type]


def incomplete(
    exchange: Exchange | None, *, code: int | None = 0, stdout: str = "", stderr: str = "", **process: object
) -> Finding:
    """Check ``reports_incomplete`` on one run."""
    ended = ProcessEnd(code, **process)  # type: ignore[arg-type]
    exchanges = [exchange] if exchange else []
    seen = make_transcript(exchanges=exchanges, stdout=stdout, stderr=stderr, process=ended)
    return parse_expectation("reports_incomplete", True).check(seen)


# -- reports_incomplete


def test_a_finish_reason_that_the_answer_speaks_against_is_not_called_whole() -> None:
    """Whoever cannot tell must not say that all is well; a process that fails says so itself."""
    doubtful = make_exchange(ending=Ending.UNRECOGNISED, finish_reason="tool_calls", unread="cannot tell whether it is whole: x")
    finding = incomplete(doubtful)
    assert not finding.ok
    assert "cannot tell whether it is whole: x" in finding.seen
    assert incomplete(doubtful, code=1).ok


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "function_call", "end_turn", "stop_sequence", "tool_use", "completed"])
def test_a_whole_answer_needs_no_report(reason: str) -> None:
    """A finish reason that ends an answer is enough, even where the connection broke behind it."""
    assert incomplete(make_exchange(finish_reason=reason)).ok
    assert incomplete(make_exchange(ending=Ending.TRUNCATED, finish_reason=reason)).ok


@pytest.mark.parametrize(
    "exchange",
    [
        cut(),
        make_exchange(finish_reason="length"),
        make_exchange(finish_reason="content_filter"),
        make_exchange(ending=Ending.UNRECOGNISED, finish_reason="max_tokens"),
        make_exchange(ending=Ending.DONE, finish_reason=None),
        make_exchange(ending=Ending.ERROR_EVENT, finish_reason="stop"),
        make_exchange(ending=Ending.HTTP_ERROR, response=Response(401)),
        make_exchange(ending=Ending.NO_RESPONSE, response=None),
        make_exchange(ending=Ending.STALLED),
        make_exchange(ending=Ending.CLIENT_CLOSED),
    ],
)
def test_success_without_a_word_is_no_report(exchange: Exchange) -> None:
    """Exit 0 and the text alone pass an answer off as whole; another exit status does not."""
    finding = incomplete(exchange, stdout="Hello wor")
    assert not finding.ok
    assert "reports success although the answer is not whole" in finding.sentence
    assert incomplete(exchange, code=1).ok
    assert incomplete(exchange, code=None, signal="SIGSEGV").ok


@pytest.mark.parametrize(
    "said",
    [
        "answer incomplete",
        "Truncated.",
        "cut off",
        "stream was closed",
        "no finish_reason",
        "AI_InvalidResponseDataError: Response stream ended without a finish reason.",
        "withheld by content filter",
        "terminated",
        "timeout",
    ],
)
def test_words_on_either_pipe_are_a_report(said: str) -> None:
    """No exact words are asked for."""
    assert incomplete(cut(), stderr=said).ok
    assert incomplete(cut(), stdout=f"Hello wor\n{said}").ok


@pytest.mark.parametrize("said", ["DeprecationWarning: x", "error", "untruncated", "an uncut offer", "done"])
def test_other_words_are_no_report(said: str) -> None:
    """Warnings, and words that merely contain one of ours, say nothing of the answer."""
    assert not incomplete(cut(), stdout="Hello wor", stderr=said).ok


def test_the_answers_own_words_are_no_report() -> None:
    """A text about truncated streams is still a text."""
    exchange = make_exchange("a truncated stream", ending=Ending.EOF_WITHOUT_DONE)
    assert not incomplete(exchange, stdout="a truncated stream").ok


def test_the_gateways_own_words_are_a_report() -> None:
    """Whoever prints the gateway's message or its finish reason has told the reader."""
    refused = make_exchange(
        "",
        ending=Ending.HTTP_ERROR,
        response=Response(401, body=b'{"error":{"message":"Invalid API key","code":"invalid_api_key"}}'),
    )
    assert incomplete(refused, stderr="AI_APICallError: Invalid API key").ok
    assert not incomplete(refused, stderr="Invalid").ok
    assert incomplete(make_exchange(finish_reason="length"), stdout="Hello world (length)").ok
    event = WireEvent(0.9, '{"error":{"message":"provider stopped","code":"stream_stopped"}}')
    stopped = cut(ending=Ending.ERROR_EVENT, error="provider stopped (stream_stopped)", events=(event,))
    assert incomplete(stopped, stderr="{ message: 'provider stopped' }").ok
    assert incomplete(stopped, stderr="code: stream_stopped").ok
    assert not incomplete(stopped, stderr="provider").ok


def test_json_for_a_stream_is_whole_only_if_it_is_printed() -> None:
    """A client that turns an unstreamed answer into no text has lost it; one that prints it has not."""
    exchange = make_exchange("Hello world", ending=Ending.NOT_A_STREAM, finish_reason="stop")
    assert incomplete(exchange, stdout="Hello world\n").ok
    assert not incomplete(exchange, stdout="").ok
    assert not incomplete(make_exchange("Hello wor", ending=Ending.NOT_A_STREAM, finish_reason="length"), stdout="Hello wor").ok


def test_an_answer_that_was_not_streamed_is_whole_without_a_reason() -> None:
    """Its length says where it ends; a reason that says otherwise counts all the same."""
    assert incomplete(make_exchange(ending=Ending.ANSWERED, finish_reason=None)).ok
    assert not incomplete(make_exchange(ending=Ending.ANSWERED, finish_reason="length")).ok


def test_waiting_is_no_report_and_neither_is_silence() -> None:
    """A client that a limit had to end reported nothing; one that sent nothing shows nothing."""
    assert not incomplete(cut(), code=None, signal="SIGKILL", limit="idle").ok
    assert "never sent a request" in incomplete(None, code=1).sentence


# -- never_repeats


def repeats(stdout: str, *exchanges: Exchange) -> Finding:
    """Check ``never_repeats`` on one run."""
    seen = make_transcript(stdout=stdout, exchanges=numbered(*exchanges))
    return parse_expectation("never_repeats", True).check(seen)


def test_an_answer_printed_twice_is_named_with_its_count() -> None:
    """Five answers to one question, all printed, are told as five, though each request brings the last answer along."""
    said: dict[str, object] = {"role": "assistant", "content": "Hello wor"}
    again = [cut(request=asking(user(), *[said] * count)) for count in range(5)]
    finding = repeats("Hello wor" * 5, *again)
    assert not finding.ok
    assert "5 times" in finding.sentence
    assert repeats("Hello wor", *again).ok


def test_a_beginning_that_comes_again_is_a_repetition_unless_it_is_announced() -> None:
    """A cut answer and then the whole one: a reader has to see where the second begins."""
    exchanges = cut(request=asking(user())), make_exchange(request=asking(user()))
    assert not repeats("Hello worHello world", *exchanges).ok
    assert not repeats("Hello wor\nHello world", *exchanges).ok
    assert repeats("Hello wor\n[the answer starts again]\nHello world", *exchanges).ok


def test_the_same_answer_to_another_question_is_no_repetition() -> None:
    """As many are allowed as there were questions with that answer."""
    exchanges = make_exchange(request=asking(user("a"))), make_exchange(request=asking(user("a"), user("b")))
    assert repeats("Hello worldHello world", *exchanges).ok
    assert not repeats("Hello worldHello worldHello world", *exchanges).ok


@pytest.mark.parametrize(("text", "ok"), [("Hello", True), ("Hello!", False)])
def test_a_short_text_is_not_told_from_a_heading(text: str, ok: bool) -> None:
    """Five characters may come again, six may not."""
    assert repeats(text * 2, make_exchange(text)).ok is ok


@pytest.mark.parametrize(
    ("limit", "again_s", "ok"), [("idle", 31.0, True), ("idle", 30.5, False), ("wall", 61.0, True), ("wall", 59.0, False)]
)
def test_what_is_printed_as_a_limit_ends_the_run_is_not_counted(limit: Literal["idle", "wall"], again_s: float, ok: bool) -> None:
    """A client's last words on Ctrl-C are not what it made of the answer; what came before the limit is."""
    pieces = [(1.0, "Hello wor"), (again_s, "Hello wor")]
    ended = ProcessEnd(None, "SIGTERM", limit, "SIGTERM", 62.0, 62.0)
    seen = make_transcript(stdout=pieces, exchanges=numbered(cut()), process=ended)
    assert parse_expectation("never_repeats", True).check(seen).ok is ok


def test_what_is_not_kept_cannot_be_compared() -> None:
    """A text that was cut for size makes the finding fail and say so."""
    finding = repeats("Hello world", make_exchange(text_complete=False))
    assert "nobody can tell" in finding.sentence


def test_nothing_said_is_nothing_repeated() -> None:
    """A refusal and a run without text hold."""
    assert repeats("", make_exchange("", ending=Ending.HTTP_ERROR)).ok
    assert repeats("x").ok


# -- requests_per_call


def per_call(value: object, *exchanges: Exchange) -> Finding:
    """Check ``requests_per_call`` on one run."""
    return parse_expectation("requests_per_call", value).check(make_transcript(exchanges=numbered(*exchanges)))


@pytest.mark.parametrize(("count", "ok"), [(1, True), (3, True), (4, False), (18, False)])
def test_attempts_of_one_call_are_counted_together(count: int, ok: bool) -> None:
    """Three are within {max: 3}, four are not; another model, as a fallback asks for it, is no other call."""
    finding = per_call({"max": 3}, *[make_exchange(request=asking(user(), model=f"m{index}")) for index in range(count)])
    assert finding.ok is ok
    assert finding.expected == "at most 3 requests per call"
    assert ok or (f"{count} requests for one call" in finding.seen and finding.where == f"request {count}")


def test_other_questions_and_results_of_tools_are_calls_of_their_own() -> None:
    """Six requests for three calls are two for each."""
    asked = asking(user("a")), asking(user("b")), asking(user("b"), {"role": "tool", "tool_call_id": "1", "content": "3"})
    assert per_call({"max": 2}, *[make_exchange(request=request) for request in asked for _ in "12"]).ok
    assert not per_call({"max": 1}, *[make_exchange(request=request) for request in asked for _ in "12"]).ok


def test_bodies_that_are_no_chat_are_compared_byte_by_byte() -> None:
    """Also those of which only a part is kept."""
    bodies = b"a", b"b", b"[]", b"{", b'{"messages":3}', b'{"messages":[1]}'
    exchanges = [make_exchange(request=Request("POST", CHAT, (), body, len(body))) for body in bodies]
    assert per_call(1, *exchanges).ok
    assert not per_call(1, *exchanges, exchanges[0]).ok
    halves = [make_exchange(request=Request("POST", CHAT, (), body, 900)) for body in (b"a", b"b")]
    assert per_call(1, *halves).ok


def test_too_few_requests_are_told_apart_from_too_many() -> None:
    """A missing retry is not called a multiplied one; no request at all is its own case."""
    assert "a retry is missing" in per_call({"min": 2}, make_exchange(request=asking(user()))).sentence
    assert "never sent a request" in per_call({"max": 3}).sentence


# -- executes_cut_tool_call


def calling(arguments: str, reason: str | None = None, **more: object) -> Exchange:
    """Build an exchange with a tool call ``pay`` whose arguments come in two pieces."""
    half = len(arguments) // 2
    first = {"index": 0, "id": "call_1", "function": {"name": "pay", "arguments": arguments[:half]}}
    pieces = [first, {"index": 0, "function": {"arguments": arguments[half:]}}]
    events = tuple(WireEvent(0.5, json.dumps({"choices": [{"delta": {"tool_calls": [piece]}}]})) for piece in pieces)
    extra: dict[str, object] = {"events": events, "event_count": 2, "finish_reason": reason, "request": asking(user())}
    return make_exchange("", ending=Ending.DONE, **{**extra, **more})  # type: ignore[arg-type]


def answering(content: object, call_id: str = "call_1") -> Exchange:
    """Build the exchange whose request brings a tool's result."""
    return make_exchange(request=asking(user(), {"role": "tool", "tool_call_id": call_id, "content": content}))


def executes(*exchanges: Exchange, stdout: str = "", stderr: str = "") -> Finding:
    """Check ``executes_cut_tool_call`` on one run."""
    seen = make_transcript(exchanges=numbered(*exchanges), stdout=stdout, stderr=stderr)
    return parse_expectation("executes_cut_tool_call", "never").check(seen)


CUT = '{"amount": 25'
WHOLE = '{"amount": 25}'


@pytest.mark.parametrize(
    ("arguments", "reason"), [(CUT, None), (WHOLE, None), (WHOLE, "length"), (CUT, "content_filter"), (CUT, "stop")]
)
def test_a_cut_call_that_ran_is_seen_in_the_output_and_on_the_wire(arguments: str, reason: str | None) -> None:
    """A line of the tool, or its result in the next request, shows it."""
    call = calling(arguments, reason)
    assert executes(call).ok
    for finding in (
        executes(call, stdout="x\ntool pay(25)\n"),
        executes(call, stderr="tool pay(25)"),
        executes(call, answering("paid")),
    ):
        assert not finding.ok
        assert "had not finished its arguments" in finding.sentence
        assert finding.where == "request 1"


@pytest.mark.parametrize(
    "second",
    [
        answering("Error: invalid JSON, try again"),
        answering("paid", "call_2"),
        answering([{"text": "1 validation error"}]),
        answering("Unexpected end-of-input: expected close marker for Object; byte offset: #UNKNOWN"),
        answering("Expecting ',' delimiter: line 1 column 16"),
    ],
)
def test_a_complaint_to_the_model_is_no_execution(second: Exchange) -> None:
    """Nor is the result of another call."""
    assert executes(calling(CUT), second).ok


def test_other_lines_are_no_trace_of_the_tool() -> None:
    """The line begins with the word, and names the tool that was cut."""
    assert executes(calling(CUT), stdout="no tool pay(25)\ntool payment(1)\n").ok


@pytest.mark.parametrize("reason", ["tool_calls", "stop", "function_call"])
def test_without_a_cut_call_nothing_is_shown(reason: str) -> None:
    """A whole call may run; that the client would not run a cut one is then not shown, and the finding says so."""
    finding = executes(calling(WHOLE, reason), answering("paid"))
    assert not finding.ok
    assert "no tool call was cut off" in finding.sentence
    assert "no tool call was cut off" in executes(make_exchange()).sentence
    assert "no tool call was cut off" in executes(calling(CUT, event_count=2001)).sentence


@pytest.mark.parametrize("key", ["reports_incomplete", "never_repeats"])
def test_a_flag_is_true_or_left_out(key: str) -> None:
    """``false`` would want nothing."""
    with pytest.raises(InvalidValue):
        parse_expectation(key, False)


@pytest.mark.parametrize("value", [True, "always", "Never", 0])
def test_the_only_value_of_a_cut_call_is_never(value: object) -> None:
    """Anything else is refused with what is accepted."""
    with pytest.raises(InvalidValue, match="found"):
        parse_expectation("executes_cut_tool_call", value)


MESSAGES = [
    {
        "type": "content_block_start",
        "index": 1,
        "content_block": {"type": "tool_use", "id": "call_1", "name": "pay", "input": {}},
    },
    {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": CUT[:5]}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": CUT[5:]}},
]
PAID_MESSAGE = {
    "messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": [{"text": "paid"}]}]}]
}
RESPONSES = [
    {
        "type": "response.output_item.added",
        "output_index": 0,
        "item": {"type": "function_call", "call_id": "call_1", "name": "pay"},
    },
    {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": CUT},
]
PAID_RESPONSE = {"input": [{"type": "function_call_output", "call_id": "call_1", "output": "paid"}]}


@pytest.mark.parametrize(
    ("target", "events", "paid"),
    [("/v1/messages", MESSAGES, PAID_MESSAGE), ("/v1/responses", RESPONSES, PAID_RESPONSE)],
    ids=["messages", "responses"],
)
def test_a_cut_call_is_seen_in_every_protocol(target: str, events: list[object], paid: object) -> None:
    """Each protocol says by itself what belongs to a call, and where a request brings its result."""
    said = tuple(WireEvent(0.5, json.dumps(event)) for event in events)
    asked = Request("POST", target, (), b"{}", 2)
    call = make_exchange("", ending=Ending.EOF_WITHOUT_DONE, events=said, event_count=len(said), request=asked)
    body = json.dumps(paid).encode()
    follow_up = make_exchange(request=Request("POST", target, (), body, len(body)))
    assert executes(call).ok
    assert executes(call).seen == "cut calls: 1, executed: none seen"
    assert "its result" in executes(call, follow_up).seen
