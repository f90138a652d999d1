"""Random streams of every protocol, cut at a random byte, and the one thing that must hold for each of them.

A stream that ends before its protocol's last word has passed is never called whole, however it is framed and however it ends.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from dvara_examples.core.redaction import Redactor
from dvara_examples.records.model import Ending
from dvara_examples.tap import CaptureLimits
from dvara_examples.tap.conversation import Conversation
from dvara_examples.tap.ending import CloseKind
from dvara_examples.tap.exchange_log import Ledger
from dvara_examples.wire.http import read_request_head
from tests.tap.fuzzing import HEAD, Closing, DisagreementError, in_pieces
from tests.tap.scripted import LAST_CHUNK, chunk

WHOLE = frozenset({Ending.DONE, Ending.ANSWERED})
_TEXTS = ("Hi", "", " finish_reason", '"stop"', "[DONE]", "\n\n", "message_stop", "response.completed", "Grüße 😀", "x" * 300)
_REASONS = {
    "/chat/completions": ("stop", "length", "content_filter", "tool_calls"),
    "/completions": ("stop", "length"),
    "/messages": ("end_turn", "max_tokens", "tool_use", "refusal"),
    "/responses": ("completed", "incomplete"),
    "/api/chat": ("stop", "length"),
}
TARGETS = tuple(target for target in _REASONS if target != "/api/chat")
"""The streams of the protocols in the package."""
ALL_TARGETS = tuple(_REASONS)
"""The same, and JSON lines, which `tests/data/protocols/ollama.py` reads."""
_LINES_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n"


@dataclass(frozen=True, slots=True)
class Cut:
    """A stream for *target*, cut: its bytes, how many it had whole and up to its last word, and how it comes and ends."""

    target: str
    raw: bytes
    whole_size: int
    said_size: int
    sizes: tuple[int, ...]
    closing: Closing


def draw_cut(seed: int, number: int, targets: Sequence[str] = TARGETS) -> Cut:
    """Return the cut *number* of *seed* on one of *targets*: the same one on every machine."""
    random = Random(f"cut:{seed}:{number}")  # noqa: S311 - nothing secret is drawn
    target = random.choice(targets)
    parts, lines = _events(random, target), target == "/api/chat"
    ending = random.choice((b"\n", b"\r\n") if lines else (b"\n", b"\n", b"\r\n", b"\r"))
    plain = _LINES_HEAD if lines else HEAD
    parts = [part.replace(b"\n", ending) for part in parts]
    framing = random.choice(("chunks", "length", "fin"))
    if framing == "chunks":
        head, framed = plain + b"Transfer-Encoding: chunked\r\n\r\n", [chunk(part) for part in parts]
    else:
        length = b"Content-Length: %d\r\n" % sum(map(len, parts)) if framing == "length" else b""
        head, framed = plain + length + b"\r\n", parts
    # the last word is said when its line end has come: the bytes of chunked framing behind it are not part of it
    spare = 0 if ending == b"\r" or lines else len(ending)
    said = len(head) + sum(map(len, framed)) - (2 if framing == "chunks" else 0) - spare
    raw = head + b"".join(framed) + (LAST_CHUNK if framing == "chunks" else b"")
    from_size = random.choice((0, 0, max(0, said - 200), max(0, said - 200), len(raw)))
    size = random.randint(from_size, len(raw))
    sizes = tuple(random.randint(1, 400) for _ in range(3))
    return Cut(target if lines else f"/v1{target}", raw[:size], len(raw), said, sizes, random.choice(list(Closing)))


def check_cut(cut: Cut) -> Ending:
    """Return the ending of a cut stream. Raises DisagreementError if it is called whole before its last word."""
    ending = _observe(cut)
    if ending in WHOLE and len(cut.raw) < cut.said_size:
        raise DisagreementError(f"{ending} after {len(cut.raw)} bytes, but the last word ends at {cut.said_size}: {cut}")
    if ending not in WHOLE and len(cut.raw) == cut.whole_size and cut.closing is Closing.FIN:
        raise DisagreementError(f"{ending}, but all of it came: {cut}")
    return ending


def _observe(cut: Cut) -> Ending:
    ledger = Ledger(CaptureLimits(), Redactor(), stall_after_s=10.0)
    conversation = Conversation(1, ledger, refused=lambda: True)
    conversation.begin(0.0, read_request_head(f"POST {cut.target} HTTP/1.1\r\nHost: tap\r\n\r\n".encode()), ())
    conversation.request_payload(b'{"stream": true}')
    for piece in in_pieces(cut.raw, cut.sizes):
        conversation.response_bytes(0.0, memoryview(piece))
    match cut.closing:
        case Closing.FIN | Closing.RST:
            conversation.gateway_closed(0.0, CloseKind(cut.closing))
        case Closing.CLIENT:
            conversation.client_left(0.0)
    conversation.end(0.0)
    (exchange,) = ledger.exchanges()
    return exchange.ending


def _events(random: Random, target: str) -> list[bytes]:
    """Return the events of a whole answer; the last one is the protocol's last word."""
    texts = [random.choice(_TEXTS) for _ in range(random.randint(0, 6))]
    reason = random.choice(_REASONS[target])
    match target:
        case "/api/chat":
            told_lines: list[dict[str, object]] = [{"message": {"content": text}, "done": False} for text in texts]
            return [json.dumps(data).encode() + b"\n" for data in [*told_lines, {"done": True, "done_reason": reason}]]
        case "/messages":
            start: dict[str, object] = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
            deltas: list[dict[str, object]] = [
                {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}} for text in texts
            ]
            stop: list[dict[str, object]] = [
                {"type": "content_block_stop", "index": 0},
                {"type": "message_delta", "delta": {"stop_reason": reason}},
            ]
            told: list[dict[str, object]] = [
                {"type": "message_start", "message": {}},
                start,
                *deltas,
                *stop,
                {"type": "message_stop"},
            ]
            return [_event(random, data, str(data["type"])) for data in told]
        case "/responses":
            details = {"incomplete_details": {"reason": "max_output_tokens"}} if reason == "incomplete" else {}
            last: dict[str, object] = {"type": f"response.{reason}", "response": {"status": reason, **details}}
            told = [{"type": "response.output_text.delta", "delta": text} for text in texts]
            told = [{"type": "response.created", "response": {}}, *told, {"type": "response.output_text.done"}, last]
            return [_event(random, data, str(data["type"])) for data in told]
        case _:
            key = "delta" if target == "/chat/completions" else "text"
            choices = [{"index": 0, key: {"content": text} if key == "delta" else text} for text in texts]
            told = [{"choices": [choice]} for choice in [*choices, {"index": 0, "finish_reason": reason}]]
            return [*(_event(random, data, "") for data in told), b"data: [DONE]\n\n"]


def _event(random: Random, data: dict[str, object], name: str) -> bytes:
    named = f"event: {name}\n" if name and random.random() < 0.7 else ""
    return f"{random.choice(('', '', ': hello', 'id: 1'))}\n{named}data: {json.dumps(data)}\n\n".lstrip("\n").encode()
