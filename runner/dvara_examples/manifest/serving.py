"""Checks ``ready:`` and ``send:`` of a script that is a server: when it can be asked, and what is asked of it."""

import json
import re
from collections.abc import Mapping

from dvara_examples.core.values import InvalidValue, as_list, as_mapping, as_seconds, as_text, below, describe
from dvara_examples.manifest.fields import parse_port
from dvara_examples.records.model import ReadySign, SentRequest

READY_KEYS = ("port", "path", "output", "within_s")
SEND_KEYS = ("method", "path", "headers", "json", "body")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
PATH_PATTERN = r"^/[!-~]*$"
HEADER_PATTERN = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"

_PATH = re.compile(PATH_PATTERN.strip("^$"))
_HEADER = re.compile(HEADER_PATTERN.strip("^$"))


def parse_ready(value: object) -> ReadySign:
    """Return when a server counts as ready; its port alone stands for ``{port: …}``."""
    if isinstance(value, int) and not isinstance(value, bool):
        return ReadySign(parse_port(value))
    found = as_mapping(value, READY_KEYS)
    if "port" not in found:
        raise InvalidValue("found no key 'port' here", "the port at which the server listens is needed, such as {port: 8000}")
    with below("port"):
        sign = {"port": parse_port(found["port"])}
    more: dict[str, object] = {}
    for key, parse in (("path", _path), ("output", _not_empty), ("within_s", _within)):
        if key in found:
            with below(key):
                more[key] = parse(found[key])
    return ReadySign(**sign, **more)  # type: ignore[arg-type]


def parse_send(value: object) -> tuple[SentRequest, ...]:
    """Return what is sent to a server, one request after the other; a path alone is a ``GET``."""
    items = as_list(value)
    if not items:
        raise InvalidValue("found an empty list", "at least one request is accepted, such as [{path: /chat, json: {text: Hi}}]")
    requests = []
    for index, item in enumerate(items):
        with below(index):
            requests.append(_request(item))
    return tuple(requests)


def _request(value: object) -> SentRequest:
    if isinstance(value, str):
        return SentRequest("GET", _path(value))
    found = as_mapping(value, SEND_KEYS)
    if "path" not in found:
        raise InvalidValue("found no key 'path' here", "it is needed, such as {path: /chat}")
    with below("path"):
        path = _path(found["path"])
    with below("headers"):
        headers = _headers(found["headers"]) if "headers" in found else ()
    body = None
    if "json" in found:
        if "body" in found:
            raise InvalidValue("found 'body' beside 'json'", "one of them is accepted")
        body = json.dumps(found["json"], ensure_ascii=False)
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers = (*headers, ("Content-Type", "application/json"))
    elif "body" in found:
        with below("body"):
            body = as_text(found["body"])
    method = "GET" if body is None else "POST"
    if "method" in found:
        with below("method"):
            method = _method(found["method"])
    return SentRequest(method, path, headers, body)


def _path(value: object) -> str:
    text = as_text(value)
    if not _PATH.fullmatch(text):
        raise InvalidValue(f"found {describe(text)}", "a path that begins with a slash is accepted, such as /health")
    return text


def _not_empty(value: object) -> str:
    text = as_text(value)
    if not text.strip() or "\n" in text:
        raise InvalidValue(f"found {describe(text)}", "a part of one line is accepted, such as 'Listening on'")
    return text


def _within(value: object) -> float:
    return as_seconds(value, least=0.1)


def _headers(value: object) -> tuple[tuple[str, str], ...]:
    found: Mapping[str, object] = as_mapping(value)
    headers = []
    for name, text in found.items():
        with below(name):
            content = as_text(text)
            if not _HEADER.fullmatch(name) or not content.isascii() or "\r" in content or "\n" in content:
                raise InvalidValue(f"found {describe(content)}", "a header is accepted, such as {Accept: text/event-stream}")
            headers.append((name, content))
    return tuple(headers)


def _method(value: object) -> str:
    if value not in METHODS:
        raise InvalidValue(f"found {describe(value)}", f"one of {', '.join(METHODS)} is accepted")
    return str(value)
