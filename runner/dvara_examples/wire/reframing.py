"""Helpers for rewriting events: whole events going in, and framing that fits the result."""

from dataclasses import replace

from dvara_examples.wire.heads import with_header, without_header
from dvara_examples.wire.parts import BodyEnd, End, Event, EventEnd, Fin, Framing, Head, Items, Payload


def whole_events(items: Items) -> Items:
    """Turn the payload of an event stream into events, and drop the framing around it; other responses pass unchanged."""
    rewriting = in_body = after_cr = False
    held = b""
    for item in items:
        match item:
            case Head():
                rewriting = in_body = item.events
                yield item
            case Payload() if rewriting:
                held += item.data.removeprefix(b"\n") if after_cr else item.data
                after_cr = False
            case Framing() if in_body:
                pass
            case EventEnd() if rewriting:
                yield Event(held, item)
                after_cr = held.endswith(b"\r")  # an LF after it belongs to the same line end
                held = b""
            case BodyEnd() if rewriting:
                yield from _half_event(held)
                held, in_body = b"", False
                yield item
            case _:
                yield item
    yield from _half_event(held)


def framed(items: Items) -> Items:
    """Put events into chunks; if the gateway announced a length, announce chunks instead (HTTP/1.0: the connection's end)."""
    head: Head | None = None
    for item in items:
        match item:
            case Head():
                head = item
                yield _unmeasured(item) if item.events and item.framing == "length" else item
            case Event():
                yield from _chunk(item.data) if _chunked(head) else (Payload(item.data),)
                if item.end is not None:
                    yield item.end
            case End() if head is not None and head.events and head.framing == "length":
                yield Framing(b"0\r\n\r\n") if _chunked(head) else item
                yield item if _chunked(head) else Fin()
            case _:
                yield item


def _half_event(held: bytes) -> Items:
    if held:
        yield Event(held)


def _chunked(head: Head | None) -> bool:
    return head is not None and (head.framing == "chunked" or (head.framing == "length" and head.version != "HTTP/1.0"))


def _chunk(data: bytes) -> Items:
    if data:
        yield Framing(b"%x\r\n" % len(data))
        yield Payload(data)
        yield Framing(b"\r\n")


def _unmeasured(head: Head) -> Head:
    raw = without_header(head.data, "Content-Length")
    if not _chunked(head):
        return replace(head, data=raw, framing="close")
    return replace(head, data=with_header(raw, "Transfer-Encoding", "chunked"), framing="chunked")
