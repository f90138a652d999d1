"""``ready:`` and ``send:`` of a script that is a server: when it is ready, and what to send to it."""

import json
from collections.abc import Mapping
from typing import Any

from dvara_examples.core.rules import apart
from dvara_examples.core.shapes import ANYTHING, Shape, either, entries, items, mapping, one_of, seconds, text
from dvara_examples.manifest.fields import PORT
from dvara_examples.records.model import ReadySign, SentRequest

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_HEADER = "a header, such as {Accept: text/event-stream}"
_PATH = text(pattern="^/[!-~]*$", expected="a path that begins with a slash, such as /health")

READY: Shape[ReadySign] = either(
    PORT.to(ReadySign),
    mapping(
        {
            "port": PORT,
            "path": _PATH,
            "output": text(pattern=r"^[^\n]*\S[^\n]*$", expected="part of one line, such as 'Listening on'"),
            "within_s": seconds(0.1),
        },
        needed=("port",),
    ).to(lambda found: ReadySign(**found)),
    expected="a port, or a mapping such as {port: 8000, path: /health}",
).described("When a script that is a server can be asked.")
"""A port alone stands for ``{port: …}``."""


def _request(found: Mapping[str, Any]) -> SentRequest:
    headers, body = tuple(found.get("headers", {}).items()), found.get("body")
    if "json" in found:
        body = json.dumps(found["json"], ensure_ascii=False)
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers = (*headers, ("Content-Type", "application/json"))
    return SentRequest(found.get("method", "GET" if body is None else "POST"), found["path"], headers, body)


SEND: Shape[tuple[SentRequest, ...]] = items(
    either(
        _PATH.to(lambda path: SentRequest("GET", path)),
        mapping(
            {
                "method": one_of(METHODS),
                "path": _PATH,
                "headers": entries(
                    text(pattern="^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", expected=_HEADER),
                    text(pattern=r"^[\x00-\x09\x0b\x0c\x0e-\x7f]*$", expected=_HEADER),
                ),
                "json": ANYTHING,
                "body": text(),
            },
            needed=("path",),
            rules=[apart("json", "body")],
        ).to(_request),
        expected="a path, or a mapping such as {path: /chat, json: {text: Hi}}",
    ),
    few="at least one request, such as {path: /chat, json: {text: Hi}}",
).described("What is asked of the server, in order.")
"""A path alone is a ``GET``."""
