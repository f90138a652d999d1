"""Names how an exchange ended, from what was seen of it. Pure: the same facts give the same name.

Precedence, the first that applies:

1.  no response head came: ``no_response``; where the client gave up first, ``stalled`` or ``client_closed`` (rule 6)
2.  status 400 or above: ``http_error``, however its body went
3.  a stream was asked for and the head announces none, or the body is complete and empty: ``not_a_stream``. What cannot be
    read may be one
4.  an error event came: ``error_event``; an event that is not the JSON it must be came: ``malformed_event``.
    Both are said by the gateway itself, so they outrank what became of the connection afterwards
5.  the gateway's side broke: ``reset`` (RST), ``truncated`` (FIN, or framing that cannot be followed). Text that says
    "finished" does not help: a client cannot trust a body whose framing is broken
6.  the client's side ended it, or the run was stopped: ``stalled`` where nothing had moved for the idle limit, ``done`` where
    a known finish reason and the last word had been delivered before the client hung up (many clients do), ``answered`` where
    a JSON document with its finish reason had (its end is its own, whatever the framing still adds), ``eof_without_done`` where
    the last word had come without any finish reason, ``unrecognised`` where the content cannot be read here, else
    ``client_closed``
7.  the response is whole, but its content cannot be read here, or an event that would decide: ``unrecognised``
8.  the response is whole. A stream is ``done`` or ``done_without_sentinel`` only with a known finish reason, and with the last
    word where the protocol needs one; ``unrecognised`` with an unknown reason, or in no known protocol; else
    ``eof_without_done``, also where a last word came without a finish reason. What is no stream is ``answered``, unless it is
    strange: an error, no JSON, or an answer with an unknown finish reason. A redirect past the tap is ``unrecognised``
"""

from dataclasses import dataclass
from enum import StrEnum

from dvara_examples.records.model import Ending

SWITCHED = 101
"""From this status on the connection speaks another protocol, and nothing can be told."""


class CloseKind(StrEnum):
    """How the exchange ended on the level of HTTP and TCP."""

    COMPLETE = "complete"
    """The response's framing is complete; for a close-delimited body: FIN."""
    FIN = "fin"
    """The gateway closed, or could not be reached, before that."""
    RST = "rst"
    """The gateway reset the connection before that."""
    BROKEN = "broken"
    """The framing made no sense; from there on nothing could be told."""
    CLIENT = "client"
    """The client hung up before that."""
    STOPPED = "stopped"
    """The run was stopped before that."""


@dataclass(frozen=True, slots=True)
class GatewayClosed:
    """The gateway's own end, passed on after all steps before it."""

    close: CloseKind
    why: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen of one exchange.

    *status* is None while no whole head came. *asked_stream* and *known* (a protocol claims it) come from the request,
    *close_delimited* from the response's head. *event_stream*: its head or its first bytes show one. *unreadable*: there is
    content, and it cannot be read here. *elsewhere*: the client was sent past the tap. *undecided*: what would decide stands in
    an event that is too large, or that clients read differently. *strange*: what came instead of a stream is no answer.
    *recognised*: the finish reason is a known word. *silent_s* is how long nothing had moved when it came to rest, *heard_all*
    whether the finish reason and the last word had been delivered before the client hung up; of what is no stream, a whole JSON
    document. *heard_last_word*: at least the last word had been.
    """

    close: CloseKind
    status: int | None = None
    asked_stream: bool = True
    known: bool = True
    event_stream: bool = True
    close_delimited: bool = False
    empty: bool = False
    unreadable: bool = False
    elsewhere: bool = False
    undecided: bool = False
    strange: bool = False
    finish_reason: str | None = None
    recognised: bool = True
    sentinel: bool = False
    needs_last_word: bool = False
    error_event: bool = False
    malformed_event: bool = False
    after_sentinel: bool = False
    unfinished_event: bool = False
    unfinished_coding: bool = False
    heard_all: bool = False
    heard_last_word: bool = False
    silent_s: float = 0.0
    stall_after_s: float = 10.0


def name_ending(facts: Facts) -> tuple[Ending, tuple[str, ...]]:
    """Return the ending of an exchange and remarks about it."""
    ending = _ending(facts)
    return ending, _notes(facts, ending)


def _ending(facts: Facts) -> Ending:
    if facts.status is None:
        return _given_up(facts) if facts.close in (CloseKind.CLIENT, CloseKind.STOPPED) else Ending.NO_RESPONSE
    if facts.status >= 400:
        return Ending.HTTP_ERROR
    if facts.elsewhere and facts.close is CloseKind.COMPLETE:
        return Ending.UNRECOGNISED
    if (
        facts.asked_stream
        and facts.status != SWITCHED
        and not facts.unreadable
        and (not facts.event_stream or (facts.empty and facts.close is CloseKind.COMPLETE))
    ):
        return Ending.NOT_A_STREAM
    if facts.error_event:
        return Ending.ERROR_EVENT
    if facts.malformed_event:
        return Ending.MALFORMED_EVENT
    match facts.close:
        case CloseKind.RST:
            return Ending.RESET
        case CloseKind.FIN | CloseKind.BROKEN:
            return Ending.TRUNCATED
        case CloseKind.CLIENT | CloseKind.STOPPED:
            return _given_up(facts)
        case CloseKind.COMPLETE:
            return _complete(facts)


def _given_up(facts: Facts) -> Ending:
    if facts.silent_s >= facts.stall_after_s:
        return Ending.STALLED
    if facts.close is CloseKind.CLIENT and facts.heard_all:
        if not facts.event_stream and not facts.unreadable:
            return Ending.UNRECOGNISED if facts.strange else Ending.ANSWERED
        return Ending.DONE if facts.recognised and not facts.undecided else Ending.UNRECOGNISED
    if facts.close is CloseKind.CLIENT and (facts.unreadable or facts.undecided):
        return Ending.UNRECOGNISED
    if (
        facts.close is CloseKind.CLIENT
        and facts.heard_last_word
        and facts.known
        and facts.event_stream
        and not facts.finish_reason
    ):
        return Ending.EOF_WITHOUT_DONE
    return Ending.CLIENT_CLOSED


def _complete(facts: Facts) -> Ending:
    if facts.status == SWITCHED or facts.unreadable:
        return Ending.UNRECOGNISED
    if not facts.event_stream:
        return Ending.UNRECOGNISED if facts.strange else Ending.ANSWERED
    if facts.undecided:
        return Ending.UNRECOGNISED
    if not facts.finish_reason:
        return Ending.EOF_WITHOUT_DONE if facts.known else Ending.UNRECOGNISED
    if not facts.recognised:
        return Ending.UNRECOGNISED
    if facts.sentinel:
        return Ending.DONE
    return Ending.EOF_WITHOUT_DONE if facts.needs_last_word else Ending.DONE_WITHOUT_SENTINEL


def _notes(facts: Facts, ending: Ending) -> tuple[str, ...]:
    incomplete = facts.close is not CloseKind.COMPLETE
    remarks = {
        "sentinel without finish_reason": facts.sentinel and not facts.finish_reason,
        "close-delimited body": facts.close_delimited,
        "empty body": facts.empty and facts.status is not None and facts.status < 400 and not incomplete and facts.asked_stream,
        "events after the sentinel": facts.after_sentinel,
        "last event without a blank line": facts.unfinished_event,
        "compressed body without its end": facts.unfinished_coding and not incomplete,
        "client closed after the sentinel, before the end of the response": incomplete
        and ending in (Ending.DONE, Ending.EOF_WITHOUT_DONE),
        "client closed after the answer, before the end of the response": ending is Ending.ANSWERED and incomplete,
        "the response did not end after the sentinel": facts.sentinel
        and incomplete
        and ending not in (Ending.DONE, Ending.EOF_WITHOUT_DONE),
        "the body of the error is not whole": ending is Ending.HTTP_ERROR and incomplete,
        "the run was stopped": facts.close is CloseKind.STOPPED,
        "a stream came that was not asked for": facts.event_stream and not facts.asked_stream and facts.status is not None,
    }
    return tuple(remark for remark, applies in remarks.items() if applies)
