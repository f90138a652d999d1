"""Responses as nobody sends them, drawn from a seed, and what must hold for all of them.

Bytes go straight into the observers, without sockets, as the relay would hand them on: nothing may raise, nothing may depend on
the pieces that the bytes came in, and ``done`` has to be what the simple-minded oracle says.
"""

import gzip
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from random import Random

from dvara_examples.core.redaction import Redactor
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange
from dvara_examples.tap import CaptureLimits
from dvara_examples.tap.conversation import Conversation
from dvara_examples.tap.ending import CloseKind
from dvara_examples.tap.exchange_log import Ledger
from dvara_examples.wire.http import read_request_head
from dvara_examples.wire.sse import SseParser
from tests.tap.naive import events, is_done
from tests.tap.scripted import DONE, LAST_CHUNK, LIMIT_S, Line, chunk, delta

WIRE = Path(__file__).parent.parent / "data" / "wire"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
REQUEST = b"POST /v1/chat/completions HTTP/1.1\r\nHost: tap\r\n\r\n"
LARGEST_SOURCE = 5_000
TOKENS = (
    *(b"\r\n", b"\n", b"\r", b"\n\n", b"\r\n\r\n", b"\x00", b"\xff", b"\x85", b"\xef\xbb\xbf", b"\x1f\x8b", "\u2028".encode()),
    *(b"0\r\n\r\n", b"0\r\n", b"5\r\n", b"ffffffffffffff\r\n", b"-1\r\n", b";x=y"),
    *(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"Content-Length: 7\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n", b"Content-Type: text/event-stream\r\n"),
    *(
        b"data:",
        b"data: [DONE]\n\n",
        b"[DONE]",
        b"event: error\n",
        b": comment\n\n",
        b"id: \x00\n",
        b"retry: 99999999999999999999\n",
    ),
    *(b'"finish_reason":"stop"', b'{"error":{"message":"no"}}', b"[" * 2000, b"\\ud83d", b"null", b"{}"),
)


class Closing(StrEnum):
    """What happens behind the last byte."""

    FIN = "fin"
    RST = "rst"
    CLIENT = "client"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Tried:
    """One response: its bytes, the sizes of the pieces that it comes in (the last one repeats), and what happens behind it."""

    kind: str
    raw: bytes
    sizes: tuple[int, ...]
    closing: Closing


class DisagreementError(AssertionError):
    """Something that must hold for every response does not hold for this one."""


def draw(seed: int, number: int) -> Tried:
    """Return the response *number* of *seed*: the same one on every machine."""
    random = Random(f"{seed}:{number}")  # noqa: S311 - nothing secret is drawn
    kind = random.choices(("noise", "cut", "mutated", "spliced"), (1, 2, 6, 1))[0]
    source = random.choice(sources())
    match kind:
        case "noise":
            raw = random.choice((b"", HEAD + b"\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n")) + _noise(random)
        case "cut":
            raw = source[: random.randint(0, len(source))]
        case "mutated":
            raw = source
            for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
                raw = _mutated(random, raw)
        case _:
            other = random.choice(sources())
            raw = source[: random.randint(0, len(source))] + other[random.randint(0, len(other)) :]
    return Tried(kind, raw, _sizes(random, len(raw)), random.choice(list(Closing)))


def check(tried: Tried) -> Ending:
    """Hold everything against one response and return its ending. Raises DisagreementError, and whatever the observers raise."""
    whole = observe(tried.raw, (max(1, len(tried.raw)),), tried.closing)
    pieces = observe(tried.raw, tried.sizes, tried.closing)
    if (one := _comparable(whole)) != (other := _comparable(pieces)):
        raise DisagreementError(f"in one piece: {one}\nin pieces {tried.sizes}: {other}\n{tried}")
    expected = is_done(tried.raw, fin=tried.closing is Closing.FIN, client_left=tried.closing is Closing.CLIENT)
    if (whole.ending is Ending.DONE) != expected:
        raise DisagreementError(f"{whole.ending} {whole.notes}, but the oracle says done: {expected}\n{tried}")
    return whole.ending


def check_events(tried: Tried) -> int:
    """Hold the parser against the simple-minded one, on the same bytes as an event stream; return the number of events."""
    parser = SseParser()
    found = [(event.name, event.data) for piece in in_pieces(tried.raw, tried.sizes) for event in parser.feed(piece)]
    parser.pending()
    if found != (expected := events(tried.raw)):
        raise DisagreementError(f"events {found}, but the oracle says {expected}\n{tried}")
    return len(found)


def observe(
    raw: bytes, sizes: Sequence[int], closing: Closing, *, request: bytes = REQUEST, asked: bytes = b'{"stream": true}'
) -> Exchange:
    """Lead *raw* past the observers in pieces of these *sizes* and return the one exchange that they saw."""
    ledger = Ledger(CaptureLimits(), Redactor(), stall_after_s=10.0)
    conversation = Conversation(1, ledger, refused=lambda: True)
    conversation.begin(0.0, read_request_head(request), ())
    conversation.request_payload(asked)
    for piece in in_pieces(raw, sizes):
        conversation.response_bytes(0.0, memoryview(piece))
    match closing:
        case Closing.FIN | Closing.RST:
            conversation.gateway_closed(0.0, CloseKind(closing))
        case Closing.CLIENT:
            conversation.client_left(0.0)
    conversation.end(0.0)
    (exchange,) = ledger.exchanges()
    return exchange


def in_pieces(raw: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    """Yield *raw* in pieces of these *sizes*; the last one repeats."""
    position = turn = 0
    while position < len(raw):
        size = sizes[min(turn, len(sizes) - 1)]
        yield raw[position : position + size]
        position, turn = position + size, turn + 1


@cache
def sources() -> tuple[bytes, ...]:
    """Return the recorded connections, and chat streams that are done, in every kind of framing."""
    recorded = (path.read_bytes() for path in sorted(WIRE.glob("*.http")))
    return (*(raw for raw in recorded if raw and len(raw) <= LARGEST_SOURCE), *done_streams() * 12)


@cache
def done_streams() -> tuple[bytes, ...]:
    """Return chat streams that are done: in chunks, by length, to the FIN, compressed, with other line ends."""
    parts = [delta(""), delta("Grüße, "), delta("😀"), delta(finish="stop"), b'data:{"choices":[],"usage":{}}\n\n', DONE]
    body = b"".join(parts)
    chunks = b"".join(map(chunk, parts))
    packed, deflated = gzip.compress(body, mtime=0), zlib.compress(body)
    in_chunks = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    return (
        in_chunks + chunks + LAST_CHUNK,
        b"HTTP/1.1 100 Continue\r\n\r\n" + in_chunks + chunk(body[:99]) + chunk(body[99:]) + b"0\r\nExpires: never\r\n\r\n",
        HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body,
        HEAD + b"\r\n" + body,
        HEAD + b"\r\n" + b"\xef\xbb\xbf" + body.replace(b"\n", b"\r\n"),
        HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body.replace(b"\n", b"\r"),
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed,
        in_chunks.replace(b"\r\n\r\n", b"\r\nContent-Encoding: deflate\r\n\r\n") + chunk(deflated) + LAST_CHUNK,
    )


def _comparable(exchange: Exchange) -> Exchange:
    """Leave out what may depend on the pieces: they themselves, and the words that quote as much as had come."""
    return replace(exchange, pieces=(), error=None)


def _mutated(random: Random, raw: bytes) -> bytes:
    start = random.randint(0, len(raw))
    end = min(len(raw), start + random.choice((1, 1, 2, 5, 30, 200)))
    match random.randrange(6):
        case 0:
            return raw[:start] + bytes(byte ^ 1 << random.randrange(8) for byte in raw[start : start + 1]) + raw[start + 1 :]
        case 1:
            return raw[:start] + raw[end:]
        case 2:
            return raw[:end] + raw[start:]
        case 3:
            return raw[:start] + random.randbytes(random.choice((1, 2, 20))) + raw[start:]
        case 4:
            return raw[:start] + random.choice(TOKENS) + raw[end:]
        case _:
            return raw[:start] + random.choice(TOKENS) + raw[start:]


def _noise(random: Random) -> bytes:
    parts = (random.choice(TOKENS) if random.random() < 0.5 else random.randbytes(random.randint(0, 60)) for _ in range(12))
    return b"".join(parts)


def _sizes(random: Random, length: int) -> tuple[int, ...]:
    match random.randrange(8):
        case 0 if length < LARGEST_SOURCE // 3:
            return (1,)
        case 1 | 2:
            return (random.randint(1, max(1, length)), max(1, length))
        case _:
            return tuple(random.choice((1, 2, 3, 17, 80, 300, 1000)) for _ in range(10))


def tried_over_sockets(line: Line, tried: Tried) -> None:
    """Send one response through a real tap; what the client hears, and what the tap then says, must be right.

    Raises DisagreementError, and TimeoutError if something hangs.
    """
    known = len(line.tap.exchanges())
    client, gateway, _ = line.ask()
    for piece in in_pieces(tried.raw, [max(size, 20) for size in tried.sizes]):
        gateway.send(piece)
    gateway.rst() if tried.closing is Closing.RST else gateway.close()
    heard, _ = client.receive_all()
    client.close()
    if heard != tried.raw and not (tried.closing is Closing.RST and tried.raw.startswith(heard)):
        raise DisagreementError(f"the client heard {heard!r}\n{tried}")
    expected = is_done(heard, fin=tried.closing is not Closing.RST, client_left=False)
    seen = _next_exchange(line, known)
    if (seen.ending is Ending.DONE) != expected:
        raise DisagreementError(f"{seen.ending} {seen.notes}, but the oracle says done: {expected}\n{tried}")


def _next_exchange(line: Line, known: int) -> Exchange:
    """Return the exchange that comes after the *known* ones, once it has ended."""
    give_up_s = line.timer() + LIMIT_S
    while len(line.tap.exchanges()) == known:
        if line.timer() > give_up_s:
            raise TimeoutError("the exchange has not ended")
        time.sleep(0.001)
    return line.tap.exchanges()[-1]
