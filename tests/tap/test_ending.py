"""The naming of endings as a pure function: the order of precedence, over all combinations of what can be seen."""

import itertools
from dataclasses import replace

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.tap.ending import CloseKind, Facts, name_ending

BROKEN = (CloseKind.FIN, CloseKind.RST, CloseKind.BROKEN)
LEFT = (CloseKind.CLIENT, CloseKind.STOPPED)


def all_facts() -> list[Facts]:
    """Return every combination of the facts that decide."""
    both = (False, True)
    return [
        Facts(
            close,
            status,
            asked,
            chat,
            event_stream=stream,
            finish_reason="stop" if finish else None,
            sentinel=sentinel,
            error_event=error,
            malformed_event=malformed,
            heard_all=finish and sentinel,
            silent_s=silent_s,
        )
        for close, status, asked, chat, stream, finish, sentinel, error, malformed, silent_s in itertools.product(
            CloseKind, (None, 200, 404), both, both, both, both, both, both, both, (0.0, 10.0)
        )
    ]


def endings(**wanted: object) -> set[Ending]:
    """Return the endings of all facts that have the *wanted* values."""
    chosen = [facts for facts in all_facts() if all(getattr(facts, name) == value for name, value in wanted.items())]
    assert chosen
    return {name_ending(facts)[0] for facts in chosen}


def test_an_error_status_outranks_everything() -> None:
    """Whatever else was seen, a status of 400 or above is an HTTP error."""
    assert endings(status=404) == {Ending.HTTP_ERROR}


@pytest.mark.parametrize("close", [CloseKind.COMPLETE, *BROKEN])
def test_no_head_is_no_response(close: CloseKind) -> None:
    """Without a whole head there was no response, unless the client gave up first."""
    assert endings(status=None, close=close) == {Ending.NO_RESPONSE}


def test_no_stream_outranks_the_transport() -> None:
    """A stream that was asked for and did not come is the finding, however the body went."""
    assert endings(status=200, asked_stream=True, event_stream=False) == {Ending.NOT_A_STREAM}


def test_what_the_gateway_says_outranks_the_transport() -> None:
    """An error event is named before a malformed one, and both before whatever the connection did."""
    assert endings(status=200, asked_stream=True, event_stream=True, error_event=True) == {Ending.ERROR_EVENT}
    told = endings(status=200, asked_stream=True, event_stream=True, error_event=False, malformed_event=True)
    assert told == {Ending.MALFORMED_EVENT}


def test_done_needs_all_three() -> None:
    """Nothing is done without finish_reason, sentinel and either complete framing or a client that left with both in hand."""
    for facts in all_facts():
        if name_ending(facts)[0] is Ending.DONE:
            assert facts.finish_reason
            assert facts.sentinel
            assert facts.close is CloseKind.COMPLETE or (
                facts.close is CloseKind.CLIENT and facts.heard_all and facts.silent_s < 10
            )


def test_broken_framing_is_never_a_good_end() -> None:
    """A gateway that breaks off ends in reset or truncated, even after the sentinel."""
    quiet = {"status": 200, "asked_stream": True, "event_stream": True, "error_event": False, "malformed_event": False}
    assert endings(close=CloseKind.RST, **quiet) == {Ending.RESET}
    assert endings(close=CloseKind.FIN, **quiet) == {Ending.TRUNCATED}
    assert endings(close=CloseKind.BROKEN, **quiet) == {Ending.TRUNCATED}


def test_a_last_word_without_a_finish_reason_ends_the_answer_whoever_closes() -> None:
    """A client that hangs up on the sentinel has heard all there was; nothing is said of what came without one."""
    heard = Facts(CloseKind.CLIENT, 200, sentinel=True, heard_last_word=True)
    assert name_ending(heard)[0] is Ending.EOF_WITHOUT_DONE
    assert name_ending(replace(heard, heard_last_word=False))[0] is Ending.CLIENT_CLOSED
    assert name_ending(replace(heard, finish_reason="stop"))[0] is Ending.CLIENT_CLOSED
    assert name_ending(replace(heard, known=False))[0] is Ending.CLIENT_CLOSED
    assert name_ending(replace(heard, close=CloseKind.STOPPED))[0] is Ending.CLIENT_CLOSED


@pytest.mark.parametrize("close", LEFT)
@pytest.mark.parametrize("status", [None, 200])
def test_silence_makes_a_stall(close: CloseKind, status: int | None) -> None:
    """After the idle limit's silence it is a stall, whoever ended it and however far the stream had come."""
    quiet = {"asked_stream": True, "event_stream": True, "error_event": False, "malformed_event": False}
    assert endings(close=close, status=status, silent_s=10.0, **quiet) == {Ending.STALLED}


def test_a_stopped_run_is_not_done() -> None:
    """A run that was stopped before the framing was complete is not done, even after the sentinel."""
    facts = Facts(CloseKind.STOPPED, 200, finish_reason="stop", sentinel=True, heard_all=True)
    assert name_ending(facts)[0] is Ending.CLIENT_CLOSED


@pytest.mark.parametrize(
    ("finish", "sentinel", "ending"),
    [
        ("stop", True, Ending.DONE),
        ("stop", False, Ending.DONE_WITHOUT_SENTINEL),
        (None, True, Ending.EOF_WITHOUT_DONE),
        (None, False, Ending.EOF_WITHOUT_DONE),
    ],
)
def test_complete_chat_streams(finish: str | None, sentinel: bool, ending: Ending) -> None:
    """A complete stream is named by what it said at its end."""
    assert name_ending(Facts(CloseKind.COMPLETE, 200, finish_reason=finish, sentinel=sentinel))[0] is ending


@pytest.mark.parametrize("asked", [True, False])
def test_streams_in_no_known_protocol_are_unrecognised(asked: bool) -> None:
    """A complete stream that no protocol claims is neither whole nor cut: only its framing could be judged."""
    assert name_ending(Facts(CloseKind.COMPLETE, 200, asked, known=False))[0] is Ending.UNRECOGNISED


@pytest.mark.parametrize("asked", [True, False])
def test_a_finish_reason_that_is_not_known_is_unrecognised(asked: bool) -> None:
    """Neither the sentinel nor complete framing vouches for an unknown finish reason, whoever closed."""
    facts = Facts(CloseKind.COMPLETE, 200, asked, finish_reason="abort", recognised=False, sentinel=True)
    assert name_ending(facts)[0] is Ending.UNRECOGNISED
    assert name_ending(replace(facts, close=CloseKind.CLIENT, heard_all=True))[0] is Ending.UNRECOGNISED


def test_a_protocol_that_needs_its_last_word_is_not_done_without_it() -> None:
    """A finish reason alone ends a chat stream, but no stream of a protocol with a last word of its own."""
    facts = Facts(CloseKind.COMPLETE, 200, finish_reason="stop", needs_last_word=True)
    assert name_ending(facts)[0] is Ending.EOF_WITHOUT_DONE


def test_a_switch_of_protocols_is_unrecognised() -> None:
    """After 101 the connection speaks something else: neither an answer nor the lack of a stream can be named."""
    assert name_ending(Facts(CloseKind.COMPLETE, 101, event_stream=False))[0] is Ending.UNRECOGNISED
    assert name_ending(Facts(CloseKind.COMPLETE, 102, event_stream=False))[0] is Ending.NOT_A_STREAM


def test_a_redirect_past_the_tap_is_unrecognised_once_it_is_whole() -> None:
    """What came elsewhere was not seen; a redirect that breaks off is still named by its connection."""
    sent_on = Facts(CloseKind.COMPLETE, 307, asked_stream=False, elsewhere=True)
    assert name_ending(sent_on)[0] is Ending.UNRECOGNISED
    assert name_ending(replace(sent_on, close=CloseKind.FIN))[0] is Ending.TRUNCATED


LEFT_WITH_DOCUMENT = Facts(CloseKind.CLIENT, 200, asked_stream=False, event_stream=False, heard_all=True)


@pytest.mark.parametrize(
    ("facts", "ending"),
    [
        (LEFT_WITH_DOCUMENT, Ending.ANSWERED),
        (replace(LEFT_WITH_DOCUMENT, strange=True), Ending.UNRECOGNISED),
        (replace(LEFT_WITH_DOCUMENT, close=CloseKind.STOPPED), Ending.CLIENT_CLOSED),
        (replace(LEFT_WITH_DOCUMENT, heard_all=False), Ending.CLIENT_CLOSED),
    ],
)
def test_a_client_that_leaves_with_a_whole_document_has_its_answer(facts: Facts, ending: Ending) -> None:
    """A document ends by itself, whatever its framing still adds, unless what came is no answer."""
    assert name_ending(facts)[0] is ending


@pytest.mark.parametrize(
    ("facts", "ending"),
    [
        (Facts(CloseKind.CLIENT, 200, unreadable=True), Ending.UNRECOGNISED),
        (Facts(CloseKind.CLIENT, 200, undecided=True), Ending.UNRECOGNISED),
        (Facts(CloseKind.STOPPED, 200, unreadable=True), Ending.CLIENT_CLOSED),
        (Facts(CloseKind.CLIENT, 200), Ending.CLIENT_CLOSED),
    ],
)
def test_a_client_that_leaves_content_nobody_reads_is_unrecognised(facts: Facts, ending: Ending) -> None:
    """Either is enough: content that cannot be read, or an event that would decide."""
    assert name_ending(facts)[0] is ending


@pytest.mark.parametrize(("status", "told"), [(200, True), (399, True), (400, False), (None, False)])
def test_an_empty_body_is_noted_below_400(status: int | None, told: bool) -> None:
    """An error may have no body; an answer that was asked for as a stream may not."""
    _, notes = name_ending(Facts(CloseKind.COMPLETE, status, empty=True))
    assert ("empty body" in notes) is told
