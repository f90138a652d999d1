"""Says in words why an exchange ended as it did, for readers of a report."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from dvara_examples.protocols import foreign_protocol, unknown_reason
from dvara_examples.records.model import Ending
from dvara_examples.tap.ending import SWITCHED, CloseKind
from dvara_examples.tap.payload import PayloadRecorder

if TYPE_CHECKING:
    from dvara_examples.tap.recorder import ExchangeRecorder


@dataclass(frozen=True, slots=True)
class Rest:
    """How an exchange ended: in which way, when, after how long a silence, and in words why, if known.

    *heard_all*: ``finish_reason`` and the sentinel had been delivered before the client hung up; *heard_last_word*: the sentinel
    had been. *fault* names the one that closed the connection in the gateway's stead; *hint* says what to do where the gateway
    could not be reached.
    """

    close: CloseKind
    at_s: float
    silent_s: float = 0.0
    why: str = ""
    heard_all: bool = False
    heard_last_word: bool = False
    fault: str = ""
    hint: str = ""


def error_sentence(ending: Ending, seen: "ExchangeRecorder", rest: Rest) -> str | None:
    """Return one lower-case sentence about a bad *ending*, or None; it may still contain secrets."""
    if seen.head is None or seen.answer is None:
        return _before_the_head(ending, seen, rest)
    answer = seen.answer
    match ending:
        case Ending.EOF_WITHOUT_DONE:
            return _unfinished(answer, rest)
        case Ending.UNRECOGNISED:
            return unread_sentence(seen) or _unrecognised(answer)
        case Ending.TRUNCATED:
            damage = seen.broken or answer.damaged
            return damage or f"{_who(rest)} closed the connection in the middle of the response: {seen.body.missing()}"
        case Ending.RESET:
            return f"{_who(rest)} reset the connection after {answer.wire_bytes} bytes of the body{_because(rest)}"
        case Ending.STALLED | Ending.CLIENT_CLOSED:
            return _given_up(rest)
        case Ending.ERROR_EVENT | Ending.MALFORMED_EVENT:
            return answer.chat.error if ending is Ending.ERROR_EVENT else answer.chat.malformed
        case Ending.HTTP_ERROR:
            said = answer.error or seen.head.reason
            return f"status {seen.head.status}: {said}" if said else f"status {seen.head.status}"
        case Ending.NOT_A_STREAM:
            return _not_a_stream(seen.head.status, answer)
        case Ending.DONE | Ending.DONE_WITHOUT_SENTINEL | Ending.ANSWERED | Ending.NO_RESPONSE:
            return None
    assert_never(ending)


def _before_the_head(ending: Ending, seen: "ExchangeRecorder", rest: Rest) -> str | None:
    if ending is not Ending.NO_RESPONSE:
        return _given_up(rest)
    if seen.broken or (rest.why and rest.close is not CloseKind.RST):
        return seen.broken or rest.why
    did = "reset" if rest.close is CloseKind.RST else "closed"
    where = "in the middle of the response's head" if seen.began else f"before {'the gateway' if rest.fault else 'it'} answered"
    return f"{_who(rest)} {did} the connection {where}{_because(rest)}"


def _unfinished(answer: PayloadRecorder, rest: Rest) -> str:
    if answer.chat.sentinel:
        return "the sentinel came, but no finish_reason: nothing says why the answer ended"
    ended = f"the connection ended ({rest.why})" if rest.why else "the response ended properly"
    return f"{ended}, but nothing in it says that the answer is complete"


def unread_sentence(seen: "ExchangeRecorder") -> str | None:
    """Return one sentence about content that passed unread, or None; it may still contain secrets."""
    if seen.head is None or seen.answer is None:
        return None
    if seen.head.status == SWITCHED:
        return "cannot tell what was said: the connection switched to another protocol (status 101), which passed unread"
    if seen.answer.unreadable and seen.answer.wire_bytes:
        return f"cannot tell what was said: the tap cannot read the body ({seen.answer.unreadable})"
    return seen.answer.undecided or seen.answer.unclear


def answer_notes(answer: PayloadRecorder | None, target: str) -> list[str]:
    """Return notes about the ending of a request for *target*; they may still contain secrets."""
    if answer is None:
        return []
    notes = list(answer.chat.remarks)
    if answer.unfinished_event and not answer.chat.format.fields:
        notes.append(f"last event without its {answer.chat.format.event_end}")
    spoken = foreign_protocol(target, answer.chat.first) if answer.chat.first is not None else None
    if spoken:
        notes.insert(0, f"the events are those of the protocol {spoken}, which was not asked for")
    names = answer.chat.format.media_types
    if answer.event_stream and answer.event_count and answer.content_type not in names:
        found = f"the Content-Type {answer.content_type!r}" if answer.content_type else "no Content-Type"
        notes.insert(0, f"expected the Content-Type {names[0]!r} for the stream, found {found}")
    return notes


def _unrecognised(answer: PayloadRecorder) -> str:
    if answer.strange and not answer.event_stream:
        return f"cannot tell whether the answer is whole: {answer.strange}"
    if answer.chat.finish_reason:
        return f"cannot tell whether the answer is whole: {unknown_reason(answer.chat.finish_reason)}"
    return "cannot tell whether the answer is whole: the stream is in no known protocol, so only its framing could be checked"


def _given_up(rest: Rest) -> str:
    what = rest.why or ("the run was stopped" if rest.close is CloseKind.STOPPED else "the client hung up")
    return f"{what} before the response was complete, after {rest.silent_s:.1f} s without a byte"


def _who(rest: Rest) -> str:
    return f"the fault '{rest.fault}'" if rest.fault else "the gateway"


def _because(rest: Rest) -> str:
    return f" ({rest.why})" if rest.why else ""


def _not_a_stream(status: int, answer: PayloadRecorder) -> str:
    kind = answer.content_type or "no content type"
    what = "an empty body" if answer.wire_bytes == 0 else f"{kind}, no event stream,"
    if kind in answer.chat.format.media_types and answer.wire_bytes:
        what = f"a body that is no event stream, although it is called {kind},"
    said = f": {answer.error}" if answer.error else ""
    return f"status {status} with {what} came where a stream was asked for{said}"
