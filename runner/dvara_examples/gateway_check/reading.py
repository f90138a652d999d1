"""Parses one side of an exchange: the same code for what the provider sent and for what the client got. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dvara_examples.gateway_check.recording import SideRecording
from dvara_examples.protocols import FINISH_REASONS, read_object, reader_for, tool_call_parts
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Headers
from dvara_examples.tap.ending import CloseKind, Facts, name_ending
from dvara_examples.wire.framing import BodyReader, response_body
from dvara_examples.wire.http import HeadBuffer, ProtocolError, ResponseHead, header, read_response_head
from dvara_examples.wire.sse import ServerSentEvent


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """One event of a stream, and when its last byte passed."""

    at_s: float
    name: str
    data: str


@dataclass(frozen=True, slots=True)
class SideReading:
    """What one side of an exchange contains.

    *content* is the answer's text with the arguments of its tool calls; *grown* says when it had how many characters.
    *tail* is what follows the last event without being one. *left_at_s* is when the other side hung up early, *silent_s*
    how long nothing had moved when it ended, *lasted_s* how long the exchange took.
    """

    ending: Ending
    status: int | None = None
    headers: Headers = ()
    events: tuple[TimedEvent, ...] = ()
    comments: int = 0
    content: str = ""
    grown: tuple[tuple[float, int], ...] = ()
    finish_reason: str | None = None
    sentinel: bool = False
    usage: bool = False
    ids: frozenset[str] = frozenset()
    tail: str = ""
    close_delimited: bool = False
    left_at_s: float | None = None
    silent_s: float = 0.0
    lasted_s: float = 0.0


def read_side(recording: SideRecording, target: str, idle_limit_s: float) -> SideReading:
    """Parse the response in *recording* to a streaming POST for *target*."""
    wire = _Wire()
    for piece in recording.pieces:
        wire.feed(piece.at_s, piece.data)
    close = _close(recording, wire)
    parts = _Parts(target)
    for at_s, payload in wire.payload:
        parts.feed(at_s, payload)
    last_s = recording.pieces[-1].at_s if recording.pieces else recording.began_at_s
    facts = _facts(wire, parts, close, recording.ended_at_s - last_s, idle_limit_s)
    head = wire.head
    return SideReading(
        ending=name_ending(facts)[0],
        status=head.status if head else None,
        headers=head.headers if head else (),
        events=tuple(parts.events),
        comments=parts.comments,
        content=parts.content,
        grown=tuple(parts.grown),
        finish_reason=parts.reader.finish_reason,
        sentinel=parts.reader.sentinel,
        usage=parts.reader.total_tokens is not None,
        ids=frozenset(parts.ids),
        tail=parts.tail(),
        close_delimited=wire.body is not None and wire.body.framing == "close",
        left_at_s=recording.ended_at_s if close is CloseKind.CLIENT else None,
        silent_s=recording.ended_at_s - last_s,
        lasted_s=recording.ended_at_s - recording.began_at_s,
    )


class _Wire:
    """Removes the head and the framing; *broken* if they are invalid."""

    def __init__(self) -> None:
        self.head: ResponseHead | None = None
        self.body: BodyReader | None = None
        self.payload: list[tuple[float, bytes]] = []
        self.broken = False
        self._heads = HeadBuffer()

    def feed(self, at_s: float, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left and not self.broken and not (self.body and self.body.complete):
                left = self._head(left) if self.body is None else self._body(at_s, left)
        except ProtocolError:
            self.broken = True

    def _head(self, data: memoryview) -> memoryview:
        raw, taken = self._heads.feed(data)
        if raw is not None:
            head = read_response_head(raw)
            if head.status >= 200:
                self.head, self.body = head, response_body(head, "POST")
        return data[taken:]

    def _body(self, at_s: float, data: memoryview) -> memoryview:
        assert self.body is not None
        taken, payload = self.body.feed(data)
        self.payload += [(at_s, bytes(part)) for part in payload]
        return data[taken:]


def response_complete(recording: SideRecording) -> bool:
    """Tell whether the framing of the response in *recording* is complete."""
    wire = _Wire()
    for piece in recording.pieces:
        wire.feed(piece.at_s, piece.data)
    return wire.body is not None and wire.body.complete


def _close(recording: SideRecording, wire: _Wire) -> CloseKind:
    if wire.broken:
        return CloseKind.BROKEN
    if wire.body is not None and wire.body.complete:
        return CloseKind.COMPLETE
    if recording.cut:
        return CloseKind.FIN
    if recording.close is CloseKind.FIN and wire.body is not None and wire.body.framing == "close":
        return CloseKind.COMPLETE
    return CloseKind.FIN if recording.close is CloseKind.COMPLETE else recording.close


class _Parts:
    """The content of the payload: events if it is a stream, else a document."""

    def __init__(self, target: str) -> None:
        self.reader = reader_for(target)
        self._target = target
        self.events: list[TimedEvent] = []
        self.grown: list[tuple[float, int]] = []
        self.content = ""
        self.comments = 0
        self.ids: set[str] = set()
        self.raw = bytearray()
        self._parser = self.reader.format.parser()
        self._pending: ServerSentEvent | None = None

    def feed(self, at_s: float, payload: bytes) -> None:
        self.raw += payload
        for event in self._parser.feed(payload):
            self.events.append(TimedEvent(at_s, event.name, event.data))
            before = len(self.content)
            self.content += self.reader.read(event) + self._arguments(event.data)
            self.ids |= set(_ids(event.data))
            if len(self.content) > before:
                self.grown.append((at_s, len(self.content)))

    def _arguments(self, data: str) -> str:
        return "".join(part.arguments for part in tool_call_parts(self._target, data))

    def count_comments(self) -> None:
        lines = bytes(self.raw).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self.comments = sum(line.startswith(b":") for line in lines)

    def tail(self) -> str:
        """Return what follows the last blank line, unless it is a line of an event."""
        last = bytes(self.raw).replace(b"\r\n", b"\n").rpartition(b"\n\n")[2].strip()
        if not self.events or not last or last.startswith((b"data", b"event", b"id", b"retry", b":")):
            return ""
        return last[:120].decode("utf-8", "replace")


def _facts(wire: _Wire, parts: _Parts, close: CloseKind, silent_s: float, idle_limit_s: float) -> Facts:
    head, reader = wire.head, parts.reader
    stream = head is not None and _is_stream(head, bytes(parts.raw[:64]))
    strange = False
    if stream:
        parts.count_comments()
    else:
        strange = _read_document(parts)
    return Facts(
        close=close,
        status=head.status if head else None,
        event_stream=stream,
        close_delimited=wire.body is not None and wire.body.framing == "close",
        empty=not parts.raw,
        unreadable=head is not None and header(head.headers, "content-encoding") not in (None, "identity"),
        undecided=reader.oversized or reader.contested is not None,
        strange=strange,
        finish_reason=reader.finish_reason,
        recognised=reader.finish_reason is None or reader.finish_reason in FINISH_REASONS,
        sentinel=reader.sentinel,
        needs_last_word=reader.needs_last_word,
        error_event=reader.error is not None,
        malformed_event=reader.malformed is not None,
        after_sentinel=reader.after_sentinel,
        silent_s=silent_s,
        stall_after_s=idle_limit_s,
    )


def _is_stream(head: ResponseHead, start: bytes) -> bool:
    kind = header(head.headers, "content-type") or ""
    return "event-stream" in kind.lower() or start.lstrip(b"\xef\xbb\xbf\r\n").startswith((b"data:", b"event:", b":"))


def _read_document(parts: _Parts) -> bool:
    document = read_object(bytes(parts.raw))
    if document is None:
        return True
    parts.content = parts.reader.read_document(document)
    return not parts.reader.finish_reason


def _ids(data: str) -> Iterator[str]:
    document = _object(data)
    if document is not None and isinstance(document.get("id"), str):
        yield str(document["id"])


def _object(data: str) -> Mapping[str, object] | None:
    if not data.startswith("{"):
        return None
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
