"""The provider's script for one request: bytes, waits and an end, as plain values."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

THINKING_S = 0.06
"""The wait before the first byte. Some proxies break answers that come at once, which no model gives."""
BEFORE_RESET_S = 0.3
"""The wait before an RST, which throws away what the other side has not read yet."""
GAP_S = 0.03
"""The wait between two events where a case says nothing else."""


class ScriptEnd(StrEnum):
    """What the provider does after its last byte."""

    KEEP = "keep"
    """Keep the connection for the next request: the response is whole."""
    FIN = "fin"
    RST = "rst"


@dataclass(frozen=True, slots=True)
class ScriptPause:
    """Send nothing for *seconds*."""

    seconds: float


Step = bytes | ScriptPause
_CHUNKED = b"Transfer-Encoding: chunked"


@dataclass(frozen=True, slots=True)
class ResponseScript:
    """The *steps* of one response and its *end*."""

    steps: tuple[Step, ...]
    end: ScriptEnd = ScriptEnd.KEEP


def stream(
    events: Sequence[bytes],
    *,
    gap_s: float = GAP_S,
    end: ScriptEnd = ScriptEnd.KEEP,
    framing: Literal["chunked", "close", "length"] = "chunked",
    last_chunk: bool = True,
    missing_bytes: int = 0,
) -> ResponseScript:
    """Return a 200 with *events* (whole or in part), *gap_s* apart.

    *last_chunk* False omits the end of the chunked coding; *missing_bytes* are announced by Content-Length and not sent.
    """
    chunked = framing == "chunked"
    steps: list[Step] = [ScriptPause(THINKING_S), _stream_head(framing, sum(map(len, events)) + missing_bytes)]
    for place, event in enumerate(events):
        if place and gap_s:
            steps.append(ScriptPause(gap_s))
        steps.append(_chunk(event) if chunked else event)
    if end is not ScriptEnd.KEEP:
        steps.append(ScriptPause(BEFORE_RESET_S if end is ScriptEnd.RST else THINKING_S))
    if chunked and last_chunk and end is ScriptEnd.KEEP:
        steps.append(b"0\r\n\r\n")
    if framing == "close" and end is ScriptEnd.KEEP:
        end = ScriptEnd.FIN
    return ResponseScript(tuple(steps), end)


def document(status: int, body: object, *headers: tuple[str, str], content_type: str = "application/json") -> ResponseScript:
    """Return a response that is not a stream; *body* is bytes or a value to encode as JSON."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} {'OK' if status == 200 else 'Error'}", f"Content-Type: {content_type}"]
    lines += [f"{name}: {value}" for name, value in headers]
    head = "\r\n".join([*lines, f"Content-Length: {len(payload)}", "", ""]).encode()
    return ResponseScript((ScriptPause(THINKING_S), head + payload))


def refusal(status: int, kind: str, *headers: tuple[str, str]) -> ResponseScript:
    """Return an HTTP error in OpenAI's format."""
    error = {"message": f"the scripted provider says {status}", "type": kind, "param": None, "code": kind}
    return document(status, {"error": error}, *headers)


def no_response(end: ScriptEnd) -> ResponseScript:
    """Return an end of the connection instead of a response."""
    return ResponseScript((ScriptPause(THINKING_S),), end)


def for_http_1_0(script: ResponseScript) -> ResponseScript:
    """Return *script* for HTTP/1.0: no chunks, and the end of the connection ends the body."""
    if not any(isinstance(step, bytes) and _CHUNKED in step for step in script.steps):
        return script
    steps = [step if isinstance(step, ScriptPause) else _unchunked(step) for step in script.steps]
    end = ScriptEnd.FIN if script.end is ScriptEnd.KEEP else script.end
    return ResponseScript(tuple(step for step in steps if step), end)


def _unchunked(step: bytes) -> bytes:
    if step.startswith(b"HTTP/"):
        return step.replace(_CHUNKED, b"Connection: close")
    return step.partition(b"\r\n")[2][:-2]


def _stream_head(framing: str, length: int) -> bytes:
    body = {"chunked": "Transfer-Encoding: chunked", "close": "Connection: close", "length": f"Content-Length: {length}"}
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n{body[framing]}\r\n\r\n".encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
