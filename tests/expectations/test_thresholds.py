"""Where a verdict turns: the last value that holds, and the first that does not."""

from dataclasses import replace

import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.expectations import parse_expectation
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import (
    Exchange,
    Lateness,
    Leak,
    Output,
    OutputPiece,
    ProcessEnd,
    Reply,
    Request,
    Response,
    Served,
    Transcript,
    WireEvent,
)
from dvara_examples.records.verdict import Finding
from tests.factories import make_exchange, make_transcript, numbered

WORDS = [(1.0, "one "), (1.5, "two "), (2.0, "three")]
LONG = "a text of some length"


def check(key: str, value: object, *exchanges: Exchange, **more: object) -> Finding:
    """Check an expectation against a run with these exchanges."""
    return parse_expectation(key, value).check(make_transcript(exchanges=numbered(*exchanges), **more))  # type: ignore[arg-type]


def chat(body: bytes, **more: object) -> Exchange:
    """Build an answered request with this body."""
    return make_exchange(request=Request("POST", "/v1/chat/completions", (), body, len(body)), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "limit_s"),
    [("first_token_within_s", 0.75), ("longest_gap_s", 0.5), ("disconnects_within_s", 0.5)],
)
def test_a_time_limit_holds_up_to_itself(key: str, limit_s: float) -> None:
    """Exactly the limit is within it, a thousandth more is not."""
    answer = make_exchange(WORDS, started_at_s=0.25, ending=Ending.CLIENT_CLOSED, finish_reason="stop", ended_at_s=2.5)
    assert check(key, limit_s, answer).ok
    assert not check(key, limit_s - 0.001, answer).ok


@pytest.mark.parametrize(("status", "answered"), [(399, True), (400, False)])
def test_a_status_of_400_is_no_answer(status: int, answered: bool) -> None:
    """From 400 on the gateway refuses, and there is no text to look at."""
    finding = check("text", {"contains": "Hello"}, make_exchange(response=Response(status)))
    assert finding.ok is answered
    assert ("refused with status 400" in finding.sentence) is not answered


@pytest.mark.parametrize(("status", "again"), [(299, True), (300, False)])
def test_only_an_answer_with_success_is_the_last_word(status: int, again: bool) -> None:
    """A redirect is no answer: asking again after one is what it is for."""
    answered = make_exchange(ending=Ending.ANSWERED, finish_reason=None, response=Response(status), responded_at_s=0.2)
    finding = check("no_retry_after_end", True, answered, make_exchange(started_at_s=3.0, finish_reason="tool_calls"))
    assert (finding.where == "request 2") is again


@pytest.mark.parametrize("reason", ["tool_calls", "function_call"])
def test_a_call_of_a_tool_is_to_be_followed_up(reason: str) -> None:
    """Another request after it is no retry."""
    called, after = make_exchange(finish_reason=reason), make_exchange(started_at_s=3.0)
    assert check("no_retry_after_end", True, called, after).ok


@pytest.mark.parametrize("role", ["system", "developer", "user", "tool", "function"])
def test_a_message_from_outside_makes_another_question(role: str) -> None:
    """Requests that differ in one are two calls; the order of keys, and what the assistant said itself, make none."""
    one, two = (b'{"messages": [{"role": "%s", "content": "%d"}]}' % (role.encode(), number) for number in (1, 2))
    turned = b'{"messages": [{"content": "1", "role": "%s"}, {"role": "assistant", "content": "Hel"}]}' % role.encode()
    assert check("requests_per_call", 1, chat(one), chat(two)).ok
    assert check("requests_per_call", 2, chat(one), chat(turned)).ok


@pytest.mark.parametrize(
    ("status", "redirected"), [(301, True), (302, True), (303, True), (307, True), (308, True), (304, False)]
)
def test_what_follows_a_redirect_was_sent_elsewhere(status: int, redirected: bool) -> None:
    """Only after a redirect is it the gateway that asked for one more request."""
    first = make_exchange(ending=Ending.ANSWERED, response=Response(status))
    assert ("redirected" in check("requests", 1, first, make_exchange()).sentence) is redirected
    assert ("redirected" in check("requests", 1, make_exchange(response=None), make_exchange()).sentence) is False


@pytest.mark.parametrize(
    ("wanted", "document", "same"),
    [
        (True, "1", False),
        (1, "true", False),
        (1, "1.0", True),
        ({"a": 1}, "[1]", False),
        ([1], '{"a": 1}', False),
        ({"a": 1}, '{"a": true}', False),
        ({"a": [1, 2]}, '{"a": [1]}', False),
        ({"a": [1, 2]}, '{"a": [1, 2.0]}', True),
        ({"a": 1}, '{"a": 1, "b": 2}', False),
        ([], "{}", False),
        ([1, 2], "[1, 3]", False),
        ([1, True], "[1, 1]", False),
    ],
)
def test_documents_are_compared_as_json_does(wanted: object, document: str, same: bool) -> None:
    """Numbers by their value, truth values only with each other, lists and objects by what is in them."""
    assert check("stdout_json", {"equals": wanted}, stdout=document).ok is same
    assert check("stdout_json", {"at": {"/x": wanted}}, stdout=f'{{"x": {document}}}').ok is same


@pytest.mark.parametrize(
    ("pointer", "there"),
    [
        ("/a~1b", True),
        ("/m~0n", True),
        ("/~01", True),
        ("/list/1", True),
        ("/list/2", False),
        ("/list/01", False),
        ("/no", False),
    ],
)
def test_a_pointer_is_read_by_its_rfc(pointer: str, there: bool) -> None:
    """``~1`` is a slash and ``~0`` a tilde (RFC 6901); an index has no leading zero."""
    assert check("stdout_json", {"at": {pointer: 7}}, stdout='{"a/b": 7, "m~n": 7, "~1": 7, "list": [0, 7]}').ok is there


@pytest.mark.parametrize(
    ("first", "second", "ok"),
    [
        ({"stdout": "two"}, "end 1", True),
        ({"stdout": "late"}, "end 1", False),
        ("end 1", "text 1", False),
        ("text 1", "request 1", False),
        ("response 1", "request 1", False),
        ("exit", "end 1", True),
        ("exit", "request 1", False),
        ({"stdout": "two"}, {"stderr": "soon"}, True),
        ({"stdout": "two"}, {"stdout": "one"}, False),
    ],
)
def test_only_two_witnesses_are_allowed_a_blur(first: object, second: object, ok: bool) -> None:
    """Within 50 ms, what two of them saw counts as simultaneous; what one of them saw is in order or is not."""
    answer = make_exchange([(1.99, "text")], started_at_s=1.97, responded_at_s=1.98, ended_at_s=2.0)
    seen = replace(
        make_transcript(
            stdout=[(2.0, "one "), (2.04, "two "), (2.06, "late")],
            stderr=[(2.01, "soon")],
            exchanges=[answer],
            process=ProcessEnd(0, ended_at_s=2.03),
        )
    )
    assert parse_expectation("order", [first, second]).check(seen).ok is ok


@pytest.mark.parametrize(
    ("served", "wanted", "ok"),
    [
        (Served(0.5, "", (Reply("GET /", 200), Reply("GET /", 399))), "success", True),
        (Served(0.5, "", (Reply("GET /", 199),)), "success", False),
        (Served(0.5, "", (Reply("GET /", 400),)), "success", False),
        (Served(0.5, "", (Reply("GET /", 200),)), [200, 200], False),
        (Served(0.5), "success", False),
        (Served(None, "never listened"), "success", False),
        (None, "success", False),
    ],
)
def test_success_is_from_200_to_399(served: Served | None, wanted: object, ok: bool) -> None:
    """A server that was never asked, or never could be, has not answered."""
    assert check("serves", wanted, process=ProcessEnd(None, "SIGTERM", served=served)).ok is ok


@pytest.mark.parametrize(
    ("end", "wanted", "sentence"),
    [
        (ProcessEnd(None, "SIGTERM", stopped_by="SIGTERM", served=Served(0.5)), 0, "a server is stopped with SIGTERM"),
        (ProcessEnd(1, served=Served(0.5)), 0, "reported a failure"),
        (ProcessEnd(None, "SIGTERM", "idle", "SIGTERM"), 0, "its idle limit was reached"),
        (ProcessEnd(0), "nonzero", "but a failure is expected"),
        (ProcessEnd(0), 2, "did not end as it should"),
        (ProcessEnd(1), 2, "did not end as it should"),
        (ProcessEnd(1), 0, "reported a failure"),
    ],
)
def test_another_end_is_told_by_what_it_was(end: ProcessEnd, wanted: object, sentence: str) -> None:
    """A server that was stopped, a limit, a success and a failure each have a sentence."""
    finding = check("exit", wanted, process=end)
    assert not finding.ok
    assert sentence in finding.sentence


def test_success_with_an_incomplete_answer_is_worse_than_success() -> None:
    """The sentence says that whoever runs it cannot know."""
    assert "cannot know" in check("exit", "nonzero", make_exchange(ending=Ending.TRUNCATED), process=ProcessEnd(0)).sentence


def test_leaks_are_named_one_by_one() -> None:
    """What was stopped is told apart from what may still run."""
    leaks = (Leak("process", "sleep 9", 7), Leak("process", "sleep 8", 8, False), Leak("pipe", "stdout", stopped=False))
    finding = check("leaks", "none", process=ProcessEnd(0, leaks=leaks))
    assert finding.seen == "process sleep 9, process sleep 8, pipe stdout"
    assert finding.sentence.endswith("of which pid 8 could not be stopped and may still run")
    stopped = check("leaks", "none", process=ProcessEnd(0, leaks=leaks[:1]))
    assert stopped.sentence.endswith("which was then stopped")


# -- what is printed


@pytest.mark.parametrize(("text", "ok"), [("a" * 12, True), ("a" * 11 + "b" * 2, False)], ids=["12", "13"])
def test_a_short_text_may_come_again(text: str, ok: bool) -> None:
    """Up to twelve characters it may be a heading; longer ones are printed twice."""
    assert check("prints_the_stream", True, make_exchange(text), stdout=f"{text}\n\n{text}\n").ok is ok


@pytest.mark.parametrize(
    ("stdout", "ok"),
    [
        ("Hello\r\nworld\n", True),
        ("Hello\nworld\n", True),
        ("Hello world\n", False),
        ("world: Hello\nworld\n", True),
        ("Hello Hello\nworld\n", False),
        ("Hello\nworld world\n", False),
        ('"Hello\nworld"\n', True),
    ],
)
def test_a_text_is_printed_once_with_either_line_end(stdout: str, ok: bool) -> None:
    """Its own first or last piece next to it, in the same line, is a piece printed twice; other words and marks are not."""
    assert check("prints_the_stream", True, make_exchange("Hello\r\nworld"), stdout=stdout).ok is ok


@pytest.mark.parametrize(
    ("text", "stdout"), [(" Hello world", "Hello Hello world\n"), ("Hello world ", "Hello world world\n")], ids=["first", "last"]
)
def test_white_space_at_an_edge_hides_no_doubled_piece(text: str, stdout: str) -> None:
    """The first piece in front of the text, or the last one behind it, is printed twice."""
    finding = check("prints_the_stream", True, make_exchange(text), stdout=stdout)
    assert (finding.ok, finding.where, finding.seen) == (False, "request 1", repr(stdout))
    assert finding.sentence == "the first or the last piece of an answer is printed twice: text is doubled"


def test_the_same_answer_twice_is_printed_twice() -> None:
    """What was printed for the first request is not counted for the second one, too."""
    finding = check("prints_the_stream", True, make_exchange(LONG), make_exchange(LONG), stdout=f"{LONG}\n")
    assert (finding.ok, finding.where) == (False, "request 2")
    assert check("prints_the_stream", True, make_exchange(LONG), make_exchange(LONG), stdout=f"{LONG}\n[again]\n{LONG}\n").ok


def test_one_text_that_was_cut_is_enough_not_to_compare() -> None:
    """What is kept of a long answer proves nothing, though the other one is whole."""
    whole, cut = make_exchange("Hello"), make_exchange("world", text_complete=False)
    assert not check("prints_the_stream", True, whole, cut, stdout="Hello\n[again]\nworld").ok
    assert not check("never_repeats", True, whole, cut, stdout="Hello\n[again]\nworld").ok


def test_an_answer_that_was_not_read_cannot_be_compared() -> None:
    """The sentence of the relay is the finding's, and names the request."""
    unread = make_exchange(unread="the tap cannot read the body")
    for key in ("prints_the_stream", "progressive", "text"):
        value: object = {"contains": "x"} if key == "text" else True
        finding = check(key, value, replace(unread, text="", events=(), event_count=0), stdout="Hello")
        assert (finding.ok, finding.sentence) == (False, "the tap cannot read the body"), key
        assert finding.where == ("" if key == "progressive" else "request 1")
    assert check("text", {"contains": "Hello"}, unread).ok, "text that was read is there"


def test_texts_are_looked_for_in_turn() -> None:
    """The second is looked for behind the first; where it is lost, what stdout has there is shown."""
    finding = check(
        "prints_the_stream", True, make_exchange("one two"), make_exchange("three four"), stdout="one two\n[again]\nthree"
    )
    assert (finding.ok, finding.where) == (False, "request 2")
    assert finding.sentence == "text is lost or doubled: after 'three' the wire goes on with ' four', stdout with ''"
    first = check("prints_the_stream", True, make_exchange("one"), stdout="HI!")
    assert first.sentence == "text is lost or doubled: right at the start the wire goes on with 'one', stdout with 'HI!'"


@pytest.mark.parametrize(
    ("stdout", "ok"),
    [
        (f"{LONG}\n{LONG}\n", False),
        (f"{LONG}\n[asking again]\n{LONG}\n", True),
        (f"[asking]\n{LONG}{LONG}", False),
        (f"{LONG} and {LONG}", False),
        (f"{LONG}\n[again]\n{LONG}\n[again]\n{LONG}\n", True),
    ],
)
def test_only_a_line_of_its_own_announces_a_repetition(stdout: str, ok: bool) -> None:
    """A line break alone, or words in the same line, tell a reader nothing; a short answer before it changes nothing."""
    assert check("never_repeats", True, make_exchange("Hi"), make_exchange(LONG), stdout=stdout).ok is ok


def test_a_repetition_is_found_with_either_line_end() -> None:
    """The wire may end lines in CR LF, and stdout in LF."""
    twice = check("never_repeats", True, make_exchange("Hello\r\nworld"), stdout="Hello\nworld Hello\r\nworld")
    assert (twice.ok, twice.where) == (False, "request 1")
    assert twice.seen == "'Hello\\nworld Hello\\nworld'"


@pytest.mark.parametrize(
    ("arrivals", "printed", "ok"),
    [
        ([(0.0, "a"), (0.05, "b"), (0.1, "c")], [], False),
        ([(0.0, "a"), (0.05, "b"), (0.09, "c")], [], True),
        ([(0.0, "a"), (1.0, "b")], [], True),
        ([(1.0, "aa"), (1.5, "bb"), (2.0, "cc")], [(1.0, "a"), (2.0, "b")], True),
        ([(1.0, "aa"), (1.5, "bb"), (2.0, "cc")], [(0.9, "a"), (2.0, "b")], False),
        ([(1.0, "aa"), (1.5, "bb"), (2.0, "cc")], [(1.0, "a"), (2.1, "b")], False),
    ],
    ids=["a-tenth", "less-than-a-tenth", "two-pieces", "both-ends-count", "before-the-first", "after-the-last"],
)
def test_progress_is_seen_from_the_first_piece_to_the_last(
    arrivals: list[tuple[float, str]], printed: list[tuple[float, str]], ok: bool
) -> None:
    """A tenth of a second and three pieces are enough to tell, and what is printed at either end counts."""
    assert check("progressive", True, make_exchange(arrivals), stdout=printed).ok is ok


def test_what_was_seen_of_progress_is_told() -> None:
    """The time between the first piece and the last, and a share that is never more than all."""
    two = check("progressive", True, make_exchange([(1.0, "a"), (2.0, "b")]))
    assert two.seen == "2 pieces within 1.00 s: too close together to tell"
    much = check("progressive", True, make_exchange(WORDS), stdout=[(1.1, "one two"), (1.6, "three four")])
    assert much.seen.startswith("100% of it on stdout, in 2 pieces")


@pytest.mark.parametrize(("late_s", "uncertain"), [(0.9, False), (1.0, True)])
def test_a_late_machine_explains_the_second_half_alone(late_s: float, uncertain: bool) -> None:
    """Half of the text had come a second before the last piece: that much lateness, and no less, may have held it back."""
    halves = make_exchange([(1.0, "aa"), (1.5, "bb"), (2.0, "cc")])
    seen = replace(make_transcript(exchanges=[halves]), late=(Lateness(1.0, late_s),))
    assert bool(parse_expectation("progressive", True).check(seen).uncertain) is uncertain


def test_without_text_there_is_no_progress() -> None:
    """An answer whose events carry no text shows nothing, and neither does no answer."""
    for exchanges in ((), (make_exchange([(1.0, ""), (2.0, "")]),)):
        finding = check("progressive", True, *exchanges, stdout="Hello")
        assert (finding.ok, finding.sentence) == (False, "no answer carried any text")


# -- what is kept in part


@pytest.mark.parametrize(("least", "ok"), [(2, True), (3, True), (4, False)])
def test_kept_events_prove_a_least_number(least: int, ok: bool) -> None:
    """Three of nine events are kept: at least three are proven, four are not."""
    finding = check("deltas", {"min": least}, make_exchange(WORDS, event_count=9))
    assert finding.ok is ok
    assert finding.seen == "at least 3 events with text"
    assert not check("deltas", {"min": 1, "max": 20}, make_exchange(WORDS, event_count=9)).ok


def test_output_that_was_cut_repeats_nothing_for_certain() -> None:
    """Where more was written than is kept, nobody can tell."""
    kept = make_transcript(exchanges=[make_exchange(LONG)])
    seen = Transcript(kept.run, {}, kept.process, Output((OutputPiece(1.0, b"x"),), 1000), kept.stderr, kept.exchanges)
    for key in ("never_repeats", "prints_the_stream"):
        assert not parse_expectation(key, True).check(seen).ok


@pytest.mark.parametrize(
    ("ending", "sentence"),
    [
        (Ending.UNRECOGNISED, "the tap cannot read the body"),
        (Ending.ERROR_EVENT, "the answer came without a finish_reason: it is incomplete"),
        (Ending.MALFORMED_EVENT, "the answer came without a finish_reason: it is incomplete"),
        (Ending.EOF_WITHOUT_DONE, "the answer came without a finish_reason: it is incomplete"),
    ],
)
def test_a_reason_that_was_not_read_is_not_missing(ending: Ending, sentence: str) -> None:
    """Nothing is claimed of content nobody read, unless the ending says already that no reason came."""
    unread = make_exchange(ending=ending, unread="the tap cannot read the body")
    finding = check("finish_reason", "stop", unread)
    assert (finding.ok, finding.sentence) == (False, sentence)
    assert check("finish_reason", "none", unread).ok is (ending is not Ending.UNRECOGNISED)
    assert check("finish_reason", "stop", replace(unread, finish_reason="stop")).ok


# -- retries


def asked_to_wait(value: str, name: str = "Retry-After") -> Exchange:
    """Build a refusal that says when to come again; its head came at 1.0 s, and it was over at 2.0 s."""
    refusal = Response(429, ((name, value),))
    return make_exchange("", ending=Ending.HTTP_ERROR, response=refusal, responded_at_s=1.0, ended_at_s=2.0)


@pytest.mark.parametrize(
    ("refusal", "again_at_s", "ok"),
    [
        (asked_to_wait("2"), 2.96, True),
        (asked_to_wait("2"), 2.94, False),
        (asked_to_wait("1500", "retry-after-ms"), 2.46, True),
        (asked_to_wait("1500", "retry-after-ms"), 2.44, False),
        (replace(asked_to_wait("2"), responded_at_s=None), 3.96, True),
        (replace(asked_to_wait("2"), responded_at_s=None), 3.94, False),
        (asked_to_wait("2x"), 9.0, False),
        (asked_to_wait("2x", "retry-after-ms"), 9.0, False),
    ],
)
def test_a_wait_is_over_a_twentieth_of_a_second_early(refusal: Exchange, again_at_s: float, ok: bool) -> None:
    """It counts from the head of the response, or from its end if that is all that is known."""
    assert check("honours_retry_after", True, refusal, make_exchange(started_at_s=again_at_s)).ok is ok


def test_a_request_that_was_on_its_way_is_no_answer_to_retry_after() -> None:
    """Only what was sent once the response had begun follows it; an earlier response is still looked at."""
    beside = make_exchange(started_at_s=0.9)
    assert check("honours_retry_after", True, asked_to_wait("2"), beside).seen == "Retry-After, and no further request"
    assert not check("honours_retry_after", True, asked_to_wait("2"), beside, make_exchange(started_at_s=1.0)).ok
    late = replace(asked_to_wait("2"), started_at_s=8.0, responded_at_s=8.5, ended_at_s=8.6)
    finding = check("honours_retry_after", True, asked_to_wait("2"), late)
    assert (finding.ok, finding.seen) == (True, "2 s asked for, 7.00 s waited")


@pytest.mark.parametrize(("counts", "ok"), [(("0", "1"), True), (("1", "1"), False), (("9", "10"), True), (("0", "1x"), False)])
def test_the_clients_own_count_rises(counts: tuple[str, str], ok: bool) -> None:
    """It is compared as a number; what is none does not rise."""
    attempts = [
        make_exchange(
            ending=Ending.RESET,
            request=Request("POST", "/v1/x", (("Idempotency-Key", "k"), ("X-Stainless-Retry-Count", count)), b"{}", 2),
        )
        for count in counts
    ]
    finding = check("idempotency_key_stable", True, *attempts)
    assert finding.ok is ok
    assert finding.seen == (
        "2 attempts with Idempotency-Key 'k'" if ok else f"X-Stainless-Retry-Count {counts[0]}, then {counts[1]}"
    )


# -- tool calls


def streamed_call(*deltas: str, **more: object) -> Exchange:
    """Build an answer whose events carry these pieces of tool calls."""
    events = tuple(WireEvent(0.5, f'{{"choices":[{{"delta":{{"tool_calls":{delta}}}}}]}}') for delta in deltas)
    values: dict[str, object] = {"events": events, "event_count": len(events), "finish_reason": None, **more}
    return make_exchange("", ending=Ending.TRUNCATED, **values)  # type: ignore[arg-type]


CUT = '[{"index":0,"id":"call_1","function":{"name":"weather","arguments":"{"}}]'


def test_pieces_of_a_call_belong_together_by_their_index() -> None:
    """Two calls that arrive by turns are told apart, also if an event between them has no piece."""
    by_turns = streamed_call(
        '[{"index":0,"id":"a","function":{"name":"f","arguments":"{\\"x\\":"}}]',
        "null",
        '[{"index":1,"id":"b","function":{"name":"g","arguments":"{"}}]',
        '[{"index":0,"function":{"arguments":"1}"}}]',
        finish_reason="tool_calls",
    )
    finding = check("executes_cut_tool_call", "never", by_turns, stdout="tool f(1)\n")
    assert (finding.ok, finding.seen) == (True, "cut calls: 1, executed: none seen")
    assert not check("executes_cut_tool_call", "never", by_turns, stdout="tool g()\n").ok


def test_a_call_without_arguments_is_whole() -> None:
    """No arguments at all are an empty object."""
    called = streamed_call('[{"index":0,"id":"a","function":{"name":"f"}}]', finish_reason="tool_calls")
    assert check("executes_cut_tool_call", "never", called).seen == "no cut tool call on the wire"


@pytest.mark.parametrize(("content", "ok"), [('"sunny"', False), ('"error: not run"', True), ("[1]", False)])
def test_a_result_in_a_later_request_shows_that_the_tool_ran(content: str, ok: bool) -> None:
    """A complaint is no result; what stands in the request of the answer itself came before the call."""
    body = b'{"messages": [{"role": "tool", "tool_call_id": "call_1", "content": %s}]}' % content.encode()
    assert check("executes_cut_tool_call", "never", streamed_call(CUT), chat(body)).ok is ok
    before = replace(streamed_call(CUT), request=Request("POST", "/v1/chat/completions", (), body, len(body)))
    assert check("executes_cut_tool_call", "never", before).ok


@pytest.mark.parametrize("pipe", ["stdout", "stderr"])
def test_a_line_of_the_tool_names_its_pipe(pipe: str) -> None:
    """Whoever reads the finding knows where to look."""
    finding = check("executes_cut_tool_call", "never", streamed_call(CUT), **{pipe: "tool weather(Oslo)\n"})
    assert finding.seen == f"'tool weather(Oslo)' on {pipe}"


# -- requests


@pytest.mark.parametrize(
    ("target", "wanted", "ok"),
    [
        ("/v1/x?stream=1", "/v1/x", True),
        ("//v1/x", "//v1/x", True),
        ("http://gw.example.com/v1/x", "/v1/x", True),
        ("/v1/x/", "/v1/x", False),
    ],
)
def test_a_path_is_what_stands_on_the_request_line(target: str, wanted: str, ok: bool) -> None:
    """A slash too many stays; the host of an absolute address and the query are no part of it."""
    assert check("path", wanted, make_exchange(request=Request("POST", target, (), b"", 0))).ok is ok


def test_a_header_matches_anywhere() -> None:
    """A pattern need not begin where the value does."""
    assert check("request_headers", {"accept": {"matches": "json$"}}, make_exchange()).ok
    with pytest.raises(InvalidValue) as refused:
        parse_expectation("request_headers", {"Accept": "present", "ACCEPT": "absent"})
    assert (refused.value.found, refused.value.on_key) == ("'ACCEPT' again", True)
    assert "each once" in refused.value.expected


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        ([200, 200, 200], "the example stopped asking too early"),
        ([200], "the example went on asking after the last of these"),
        ([200, 503], "the gateway answered in another way than expected"),
    ],
)
def test_too_few_responses_are_told_from_too_many(statuses: list[int], sentence: str) -> None:
    """Two came, both with success."""
    assert check("responses", statuses, make_exchange(), make_exchange()).sentence == sentence


@pytest.mark.parametrize(
    ("again_at_s", "sentence"),
    [(1.9, "before the exchange before had ended"), (2.0, "asked again too soon"), (2.4, ""), (3.6, "waited too long")],
)
def test_a_delay_is_too_short_too_long_or_none(again_at_s: float, sentence: str) -> None:
    """It counts from the end of the exchange before; both bounds belong to it."""
    finding = check("retry_delays_s", [{"min": 0.375, "max": 1.5}], make_exchange(), make_exchange(started_at_s=again_at_s))
    assert sentence in finding.sentence
    assert finding.ok is (sentence == "")


def test_a_document_that_does_not_fit_is_told_with_its_place() -> None:
    """What was wanted, what is there, and where; of several places the first."""
    other = check("stdout_json", {"equals": {"a": "ä"}}, stdout="[1]")
    assert (other.expected, other.seen) == ("""'{"a": "ä"}'""", "'[1]'")
    at = check("stdout_json", {"at": {"/a": "ä"}}, stdout='{"a": "ü"}')
    assert (at.expected, at.seen) == ("""'"ä"' at /a""", """'"ü"'""")
    missing = check("stdout_json", {"at": {"/b": 1}}, stdout='{"a": 1}')
    assert (missing.expected, missing.seen) == ("'1' at /b", "nothing there")
    schema = {"properties": {"b": {"type": "string"}, "a": {"items": {"type": "string"}}}}
    fits = check("stdout_json", {"schema": schema}, stdout='{"b": 1, "a": [2]}')
    assert (fits.seen, fits.sentence) == ("""'{"b": 1, "a": [2]}'""", "at /a/0: 2 is not of type 'string'")


# -- texts for people


def test_a_long_text_is_shown_by_both_ends() -> None:
    """120 characters are shown as they are; of 121 the middle is left out."""
    from dvara_examples.expectations._text import quote

    assert quote("a" * 120) == repr("a" * 120)
    assert quote("a" * 60 + "-" + "b" * 60) == repr("a" * 60 + " [...] " + "b" * 60)


def test_of_several_misses_the_first_is_told() -> None:
    """How many more there are is said, and nothing if there is one alone."""
    wanted = {"contains": ["x", "y"], "lacks": "Hello"}
    assert check("stdout", wanted, stdout="Hello").expected == "contains 'x' (and 2 more)"
    assert check("stdout", {"contains": "x"}, stdout="Hello").expected == "contains 'x'"
    assert check("stdout", {"contains": ["H", "o"], "matches": "l+"}, stdout="Hello").expected == (
        "contains 'H', contains 'o', matches 'l+'"
    )


def test_endings_are_told_in_order_with_what_was_remarked() -> None:
    """Each request is compared with its own ending; the first that differs is named."""
    cut = make_exchange(ending=Ending.TRUNCATED, error="the gateway closed", notes=("close-delimited body",))
    finding = check("ends", ["done", "done", "done"], make_exchange(), cut, make_exchange())
    assert (finding.expected, finding.seen, finding.where) == ("done, done, done", "done, truncated, done", "request 2")
    assert finding.sentence == "the wire shows another ending (the gateway closed; close-delimited body)"
    assert check("ends", "done", cut, make_exchange()).ok
    assert check("ends", "done", make_exchange(), cut).where == "request 2"
