"""What a whole response says, found out in the most simple-minded way: an oracle that shares no code with the tap.

It looks at all bytes at once, where the tap has to follow them piece by piece, and is written from the standards alone.
"""

import json
import re
import zlib
from dataclasses import dataclass, field

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_NOTHING_FOLLOWS = (204, 304)


@dataclass
class Naive:
    """A response: *said* is its payload; its framing is *whole*, *broken*, lasts *until_fin*, or lacks something."""

    status: int = 0
    headers: dict[str, list[str]] = field(default_factory=dict)
    said: bytes = b""
    whole: bool = False
    broken: bool = False
    until_fin: bool = False


def is_done(raw: bytes, *, fin: bool, client_left: bool) -> bool:
    """Tell whether a chat stream of just these bytes is done: framing whole, a finish_reason and [DONE] in it, no error.

    *fin*: the gateway closed behind them. *client_left*: the client hung up behind them, so that only what was said counts.
    """
    response = naive_response(raw)
    if not 200 <= response.status < 400:
        return False
    if not (response.whole or (client_left and not response.broken) or (response.until_fin and fin)):
        return False
    said = decoded(response)
    return said is not None and _is_stream(response, said) and says_done(events(said))


def _is_stream(response: Naive, said: bytes) -> bool:
    """Tell whether the head says so, or else the body: it begins neither as JSON nor as HTML, and has a field soon."""
    if _words(response, "content-type", ";")[:1] == ["text/event-stream"]:
        return True
    start = said.removeprefix(b"\xef\xbb\xbf")
    if start.lstrip(b" \t\r\n")[:1] in (b"{", b"[", b"<", b'"'):
        return False
    fields = [line.partition(b":") for line in _LINE_END.split(start[:4096])]
    return any(colon and name in (b"", b"data", b"event", b"id", b"retry") for name, colon, _ in fields)


def naive_response(raw: bytes) -> Naive:
    """Take the first final response in *raw* apart; status 0 if there is no whole head."""
    while True:
        raw = raw.lstrip(b"\r\n")
        head, *rest = _BLANK_LINE.split(raw, maxsplit=1)
        match = re.match(rb"HTTP/\d\.\d (\d{3})(?: .*)?\r?(?:\n|$)", head)
        if match is None or not rest:
            return Naive()
        if not 100 <= int(match[1]) < 200:
            break
        raw = rest[0]
    response = Naive(int(match[1]))
    for line in re.sub(rb"\r?\n[ \t]+", b" ", head).split(b"\n")[1:]:
        name, _, value = line.partition(b":")
        response.headers.setdefault(name.decode("latin-1").lower(), []).append(value.strip(b" \t\r").decode("latin-1"))
    _frame(response, rest[0])
    return response


def events(payload: bytes) -> list[tuple[str, str]]:
    """Return the events of a whole event stream, each as its name and its data."""
    found, name, data = [], b"", list[bytes]()
    *lines, _ = _LINE_END.split(payload.removeprefix(b"\xef\xbb\xbf"))
    for line in lines:
        key, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if key == b"data":
            data.append(value)
        elif key == b"event":
            name = value
        elif not line:
            if data:
                found.append((name.decode("utf-8", "replace") or "message", b"\n".join(data).decode("utf-8", "replace")))
            name, data = b"", []
    return found


def says_done(found: list[tuple[str, str]]) -> bool:
    """Tell whether the events before the first [DONE] are all chat chunks, and each choice in them has a finish_reason."""
    finished: dict[int, bool] = {}
    for name, data in found:
        if data.startswith("[DONE]"):
            return bool(finished) and all(finished.values())
        try:
            chunk = json.loads(data)
        except (ValueError, RecursionError):
            return False
        if not isinstance(chunk, dict) or chunk.get("error") or name == "error":
            return False
        choices = chunk.get("choices")
        for position, choice in enumerate(choices if isinstance(choices, list) else []):
            if isinstance(choice, dict):
                index = choice.get("index", position)
                index = index if isinstance(index, int) else position
                delta = choice.get("delta")
                goes_on = isinstance(delta, dict) and (delta.get("content") or delta.get("tool_calls"))
                reason = choice.get("finish_reason") in ("stop", "length", "content_filter", "tool_calls", "function_call")
                finished[index] = reason or (finished.get(index, False) and not goes_on)
    return False


def decoded(response: Naive) -> bytes | None:
    """Return the payload without its content coding, or None if a coding is unknown or the data is damaged."""
    if not {"chunked", "identity"}.issuperset(_words(response, "transfer-encoding")):
        return None
    codings = [word for word in _words(response, "content-encoding") if word != "identity"]
    if not codings:
        return response.said
    if codings not in (["gzip"], ["x-gzip"], ["deflate"]):
        return None
    said, rest = b"", response.said
    while rest:
        inflate = zlib.decompressobj(31 if codings != ["deflate"] else 15 if rest[0] & 15 == 8 else -15)
        try:
            said += inflate.decompress(rest)
        except zlib.error:
            return None
        rest = inflate.unused_data
        if not rest.startswith(b"\x1f\x8b"):
            break
    return said


def _frame(response: Naive, body: bytes) -> None:
    codings, lengths = _words(response, "transfer-encoding"), set(_words(response, "content-length"))
    if response.status in _NOTHING_FOLLOWS:
        response.whole = True
    elif codings and codings[-1] == "chunked":
        _unchunk(response, body)
    elif not codings and lengths:
        (length, *others) = lengths
        if not others and re.fullmatch("[0-9]+", length):
            response.said, response.whole = body[: int(length)], len(body) >= int(length)
    else:
        response.said, response.until_fin = body, True


def _unchunk(response: Naive, body: bytes) -> None:
    while True:
        line, newline, body = body.partition(b"\n")
        size = re.fullmatch(rb"[ \t]*(0*[0-9a-fA-F]{1,15})[ \t]*(;.*)?\r?", line, re.DOTALL)  # longer ones are refused
        if not newline or size is None:
            response.broken = bool(newline)
            return
        left = int(size[1], 16)
        if not left:
            response.whole = any(trailer in (b"", b"\r") for trailer in body.split(b"\n")[:-1])
            return
        response.said, body = response.said + body[:left], body[left:]
        end = re.match(rb"\r?\n", body)
        if end is None:
            response.broken = body not in (b"", b"\r")
            return
        body = body[end.end() :]


def _words(response: Naive, name: str, separator: str = ",") -> list[str]:
    values = response.headers.get(name, [])
    joined = values[0] if values and separator == ";" else ",".join(values)
    return [word.strip().lower() for word in joined.split(separator) if word.strip() or separator == ";"]
