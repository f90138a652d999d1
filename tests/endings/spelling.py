"""Answers as gateways may legally spell them, drawn from a seed, and the verdict that each one deserves.

The truth is known, as the answer is made here: which text, which finish reason, whole or cut. An example that prints what it
got is judged with the expectations of a whole answer. Where the verdict claims anything, it must be the truth; it may say
that it cannot tell, with the reason, only where something was made unreadable or ambiguous on purpose.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import brotli

from dvara_examples.records.transcript import Exchange
from dvara_examples.records.verdict import Outcome, Verdict
from dvara_examples.session.judge import judge
from tests.factories import make_transcript
from tests.tap.fuzzing import Closing, observe
from tests.tap.packing import zstd

WORDS = ("A", " gateway", " stands", " between", " you", " and", " the", " models", ".", "\n", " Grüße", " 😀", " a: b", "\tc")
KNOWN_REASONS = ("stop", "length", "content_filter", "tool_calls", "function_call")
OTHER_REASONS: tuple[object, ...] = (
    *("error", "abort", "null", "STOP", "eos", "end_turn", "max_tokens", "cancelled"),
    *(0, False, {"type": "stop"}, ["stop"]),
)
CONTENT_TYPES = (
    *("text/event-stream", "text/event-stream; charset=utf-8", "Text/Event-Stream;x=y", None, "", "text/plain"),
    *("application/json", "application/octet-stream", "application/x-ndjson", "text/html; charset=utf-8", "event-stream"),
)
CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "identity": bytes,
}
UNKNOWN_CODINGS = ("compress", "dcb", "exi", "none", "utf-8")
CANNOT_TELL = re.compile(r"request 1: cannot tell .+")
_OF_THE_ANSWER = {"ends", "finish_reason", "text"}


@dataclass(frozen=True, slots=True)
class Spelled:
    """One answer on the wire, and the truth about it.

    *whole*: its finish reason came in a *framed* response, one with its own end. *text* is what a client can print of what
    was *wanted*, *reason* the finish reason that it can read. *murky* says what was done that nobody can see through; empty
    where everything can be told.
    """

    raw: bytes
    sizes: tuple[int, ...]
    closing: Closing
    wanted: str
    text: str
    reason: str | None
    whole: bool
    framed: bool
    sentinel: bool
    murky: str = ""


def draw(seed: int, number: int) -> Spelled:
    """Return the answer *number* of *seed*: the same one on every machine."""
    random = Random(f"{seed}:{number}")  # noqa: S311 - nothing secret is drawn
    words = random.choices(WORDS, k=random.randint(1, 9))
    reason = random.choice((*KNOWN_REASONS, "stop", "stop", "stop", random.choice(OTHER_REASONS), None))
    sentinel = random.random() < 0.75
    murky, chunks = _chunks(random, words, reason)
    events = [*(json.dumps(chunk, ensure_ascii=random.random() < 0.5) for chunk in chunks), *(["[DONE]"] if sentinel else [])]
    kept = random.randrange(len(events)) if random.random() < 0.2 else len(events)
    sentinel = sentinel and kept == len(events)
    read = chunks[:kept]
    text = "".join(_text(chunk) for chunk in read)
    found = next((r for chunk in read if (r := _reason(chunk))), None)
    body, unended = _stream(random, events[:kept])
    if unended and kept and (last := events[kept - 1]) != "[DONE]":
        murky = murky or "the last event has no blank line"
        text, found = text.removesuffix(_text(json.loads(last))), None if _reason(json.loads(last)) else found
    elif unended:
        sentinel = False
    headers, body, coding = _coded(random, body)
    murky = coding or murky
    raw, closing, framed = _framed(random, [*_content_type(random), *headers], body)
    sizes = tuple(random.randint(1, 400) for _ in range(random.randint(1, 8)))
    return Spelled(raw, sizes, closing, "".join(words), text, found, framed and found is not None, framed, sentinel, murky)


def verdict_on(spelled: Spelled) -> tuple[Exchange, Verdict]:
    """Judge an example that prints what comes, and that expects a whole answer."""
    exchange = observe(spelled.raw, spelled.sizes, spelled.closing)
    printed = spelled.text if spelled.framed else exchange.text  # a cut may leave any part of it
    ends = "done" if spelled.sentinel else "done_without_sentinel"
    expect = {
        "exit": 0,
        "ends": ends,
        "finish_reason": spelled.reason if spelled.reason in KNOWN_REASONS else "stop",
        "text": {"equals": spelled.wanted},
    }
    expect |= {"prints_the_stream": True} if printed.strip() else {}
    return exchange, judge(make_transcript(stdout=printed + "\n", exchanges=[exchange], expect=expect))


def false_claim(spelled: Spelled) -> str:
    """Return what is false about the verdict; empty if it is right, or where nothing can be told and it says so."""
    exchange, verdict = verdict_on(spelled)
    if verdict.outcome is Outcome.ERRORED:
        return "" if spelled.murky and CANNOT_TELL.fullmatch(verdict.reason) else f"error without need: {verdict.reason}"
    good = spelled.whole and spelled.reason in KNOWN_REASONS
    if verdict.outcome is Outcome.PASSED:
        return "" if good and spelled.text == spelled.wanted else f"passed, ending {exchange.ending}"
    keys = {finding.key for finding in verdict.failures}
    if good and not spelled.murky:
        return f"failed: {keys}, ending {exchange.ending}, {exchange.error}"
    if spelled.murky and good:
        return f"blamed for what nobody can see: {keys}"
    return "" if keys <= _OF_THE_ANSWER and "ends" in keys else f"findings about the wrong things: {keys}"


def _chunks(random: Random, words: Sequence[str], reason: object) -> tuple[str, list[dict[str, object]]]:
    """Return what is murky about the content, and the chunks of an answer."""
    murky, chunks = "", [] if random.random() < 0.3 else [_chunk({"role": "assistant", "content": random.choice(("", None))})]
    shape = random.choice(("text", "text", "text", "text", "parts", "thinking", "number", "elsewhere"))
    elsewhere = random.choice(("message", "delta", "refusal", "reasoning_content"))
    for word in words:
        content: object = word
        if shape == "parts" or (shape == "thinking" and random.random() < 0.8):
            content = [{"type": "text", "text": word}]
        chunks.append(_elsewhere(elsewhere, word) if shape == "elsewhere" else _chunk({"content": content}))
    if shape == "elsewhere":
        murky = "text in another place"
    if shape in ("thinking", "number"):
        murky = "content that is no text"
        odd: object = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}] if shape == "thinking" else 7
        chunks.insert(random.randrange(len(chunks) + 1), _chunk({"content": odd}))
    chunks.append(_chunk(dict(random.choice(([], [("content", "")], [("content", None)]))), reason))
    if random.random() < 0.3:
        chunks.append({"choices": random.choice(([], None)), "usage": {"total_tokens": 7}})
    return murky, chunks


def _elsewhere(place: str, word: str) -> dict[str, object]:
    """Return a chunk whose text stands where clients of OpenAI's API do not look for content."""
    if place in ("refusal", "reasoning_content"):
        return _chunk({place: word})
    value: object = word if place == "delta" else {"content": word}
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, place: value, "finish_reason": None}]}


def _chunk(delta: dict[str, object], reason: object = None) -> dict[str, object]:
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def _choice(chunk: object) -> dict[str, object]:
    choices = chunk.get("choices") if isinstance(chunk, dict) else None
    first = choices[0] if choices else {}
    assert isinstance(first, dict)
    return first


def _text(chunk: object) -> str:
    delta = _choice(chunk).get("delta")
    content = delta.get("content") if isinstance(delta, dict) else None
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part["type"] == "text")
    return content if isinstance(content, str) else ""


def _reason(chunk: object) -> str | None:
    reason = _choice(chunk).get("finish_reason")
    return reason if isinstance(reason, str) else None


def _stream(random: Random, events: Sequence[str]) -> tuple[bytes, bool]:
    """Return *events* as a stream, and whether the last one has no blank line."""
    end, space = random.choice(("\n", "\n", "\r\n", "\r")), random.choice((" ", ""))
    text = random.choice(("", "", "\ufeff", f": hello{end}{end}", end))
    for number, data in enumerate(events):
        text += random.choice(("", "", f"event: message{end}", f"id: {number}{end}", f": ping{end}{end}", f"retry: 9{end}"))
        lines = data.replace(', "', ',\n"').split("\n") if random.random() < 0.2 else [data]
        text += "".join(f"data:{space}{line}{end}" for line in lines) + end
    unended = bool(events) and random.random() < 0.1
    if unended:
        text = text.removesuffix(end)
        text = text.removesuffix(end) if random.random() < 0.5 else text
    return text.encode(), unended


def _coded(random: Random, body: bytes) -> tuple[list[str], bytes, str]:
    """Return the header of a content coding, the body in it, and what is murky about it."""
    drawn = random.random()
    if drawn < 0.3:
        return [], body, ""
    if drawn < 0.4 and body:
        word = random.choice(UNKNOWN_CODINGS)
        return [f"Content-Encoding: {word}"], bytes(reversed(body)), f"the coding {word}"
    words = random.choices(list(CODINGS), k=random.choice((1, 1, 1, 2, 3)))
    for word in words:
        body = CODINGS[word](body)
    return [f"content-encoding: {random.choice((', ', ',')).join(random.choice((w, w.upper())) for w in words)}"], body, ""


def _content_type(random: Random) -> list[str]:
    kind = random.choice(CONTENT_TYPES)
    return [] if kind is None else [f"{random.choice(('Content-Type', 'content-type'))}: {kind}"]


def _framed(random: Random, headers: list[str], body: bytes) -> tuple[bytes, Closing, bool]:
    """Return the response, what happens behind it, and whether its framing is whole."""
    kind, cut = random.choice(("chunked", "chunked", "length", "close")), random.random() < 0.1
    if kind == "chunked":
        headers = [*headers, f"{random.choice(('Transfer-Encoding', 'transfer-encoding'))}: chunked"]
        framed = b""
        while body:
            size = min(len(body), random.randint(1, 300))
            framed += b"%x%s\r\n%s\r\n" % (size, random.choice((b"", b"", b";x=y", b" ")), body[:size])
            body = body[size:]
        body = framed + random.choice((b"0\r\n\r\n", b"000\r\n\r\n", b"0\r\nX-Trailer: 1\r\n\r\n"))
    elif kind == "length":
        headers = [*headers, f"Content-Length: {len(body)}"]
    cut = cut and len(body) > 0 and kind != "close"
    if cut:
        body = body[: random.randrange(len(body))]
    random.shuffle(headers)
    interim = random.choice((b"", b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"))
    head = "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode()
    return interim + head + body, Closing.FIN, not cut
