"""Redirects: one that leads back to the gateway is led back through the tap, and one that leads elsewhere is told.

A client that follows ``Location`` to the gateway's own address would go past the tap, unseen and with a key that is none. So a
whole head in one piece with such a redirect gets the tap's address there, as reverse proxies do it. Nothing else is changed.
"""

import re
from urllib.parse import SplitResult, urlsplit

from dvara_examples.tap.rewrite import PREFIX, GatewayAddress
from dvara_examples.wire.http import RequestHead, ResponseHead, header

CHANGED = "the redirect leads back to the gateway; the tap put its own address there"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEAD = re.compile(rb"HTTP/1\.[01] (?:301|302|303|307|308)[ \r\n]")
_LOCATION = re.compile(rb"^(location[ \t]*:[ \t]*)([^\r\n]*?)([ \t]*\r?)$", re.IGNORECASE | re.MULTILINE)
_PORTS = {"http": 80, "https": 443}


def led_home(piece: bytes, upstream: GatewayAddress, authority: str) -> bytes | None:
    """Return *piece*, the first one of a response, with the tap's *authority* in its redirect; None where it stays as it is."""
    if not _HEAD.match(piece):
        return None
    end = piece.find(b"\r\n\r\n")
    found = _LOCATION.search(piece, 0, end) if end >= 0 else None
    parts = _split(found[2].decode("latin-1")) if found else None
    if found is None or parts is None or _origin(parts) != (upstream.scheme, upstream.host.lower(), upstream.port):
        return None
    path = parts.path
    if path == upstream.path or path.startswith(f"{upstream.path}/"):
        path = PREFIX + path[len(upstream.path) :]
    elif path == PREFIX or path.startswith(f"{PREFIX}/"):
        return None  # the tap would take it for its own prefix
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return piece[: found.start(2)] + f"http://{authority}{path}{query}{fragment}".encode("latin-1") + piece[found.end(2) :]


def past_the_tap(request: RequestHead, response: ResponseHead | None) -> str | None:
    """Say where a redirect led a client past the tap, or return None where it did not."""
    if response is None or response.status not in _REDIRECTS:
        return None
    parts = _split(header(response.headers, "location") or "")
    if parts is None or parts.netloc.lower() == (header(request.headers, "host") or "").strip().lower():
        return None
    where = f"{parts.scheme or 'http'}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"
    return f"cannot tell what followed: the gateway redirects to {where} ({response.status}), past the tap"


def _split(value: str) -> SplitResult | None:
    """Take apart a value that names a host; None where it does not, or makes no sense."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises ValueError for what is none
    except ValueError:
        return None
    return parts if parts.hostname else None


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme, 0)
