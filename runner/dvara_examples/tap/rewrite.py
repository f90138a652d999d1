"""What a relay must change: in a request the path's prefix, ``Host``, the throw-away key, and an offer of HTTP/2; and redirects.

The JDK's client offers ``Upgrade: h2c`` on clear text. Such an offer holds for one hop only (RFC 9110, 7.6.1 and 7.8). A server
that accepts it would leave the tap blind, and some lose the request's body over it (uvicorn#2722), so the tap takes it out.

A client that follows ``Location`` to the gateway's own address would go past the tap, unseen and with a key that is none. So a
whole head in one piece with such a redirect gets the tap's address there, as reverse proxies do it.

Everything else, spelling and order included, passes as the client wrote it.
"""

import re
import secrets
from collections.abc import Set
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from dvara_examples.core.errors import GatewayError
from dvara_examples.records.transcript import Headers
from dvara_examples.wire.http import REDIRECTS, RequestHead, ResponseHead, header

PREFIX = "/v1"
"""The path of the tap's own base URL."""
_KEY_HEADERS = frozenset({"authorization", "x-api-key"})
_HIDDEN_HEADERS = frozenset({"proxy-authorization", "cookie", "api-key"})
_KEY_PARAMETERS = frozenset({"key", "api_key", "api-key", "access_token", "token"})
_OFFER = frozenset({b"upgrade", b"http2-settings"})
_LEAST_SECRET_CHARS = 8
"""What is shorter (``EMPTY``, ``ollama``) keeps no door shut, and masking it would spoil ordinary text."""
_LEAST_KEY_CHARS = 16
_USUAL_KEY_CHARS = 32
_DEFAULT_PORTS = {"http": 80, "https": 443}
CHANGED = "the redirect leads back to the gateway; the tap put its own address there"
_HEAD = re.compile(rb"HTTP/1\.[01] (?:301|302|303|307|308)[ \r\n]")
_LOCATION = re.compile(rb"^(location[ \t]*:[ \t]*)([^\r\n]*?)([ \t]*\r?)$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class GatewayAddress:
    """Where a gateway listens and the path of its API, from its base URL; *host* is without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, base_url: str) -> "GatewayAddress":
        """Read a base URL. Raises GatewayError for one that cannot be connected to."""
        try:
            parts = urlsplit(base_url)
            port = parts.port
        except ValueError as error:
            raise GatewayError(
                f"the gateway's address {base_url!r} cannot be read ({error})", "http://host:port/v1 is accepted"
            ) from None
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise GatewayError(
                f"the gateway's address {base_url!r} is not one", "http://host:port/v1 or https://host/v1 is accepted"
            )
        return cls(parts.scheme, parts.hostname, port or _DEFAULT_PORTS[parts.scheme], parts.path.rstrip("/"))

    @property
    def tls(self) -> bool:
        """Whether the gateway is spoken to over TLS."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """The value of ``Host``: brackets around an IPv6 address, the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Tell whether *host* is this machine by its name or address; nothing is looked up."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def throw_away_key(real_key: str) -> str:
    """Return a random key for one run, as long as the real one unless that is too short to be told apart from text."""
    length = len(real_key) if len(real_key) >= _LEAST_KEY_CHARS else _USUAL_KEY_CHARS
    return ("tap_" + secrets.token_hex(length))[:length]


@dataclass(frozen=True, slots=True, repr=False)
class Rewriter:
    """Turns a request to the tap at *authority* into the same request to *upstream*, with *real_key* for *key*.

    The headers *added* go in front of the client's own. With *any_key*, *real_key* takes the place of any key.
    """

    upstream: GatewayAddress
    authority: str
    key: str
    real_key: str
    added: Headers = ()
    any_key: bool = False

    def head(self, head: RequestHead) -> bytes:
        """Return the bytes of *head* as the gateway gets them."""
        blank = head.raw[: len(head.raw) - len(head.raw.lstrip(b"\r\n"))]
        first, newline, rest = head.raw[len(blank) :].partition(b"\n")
        method, _, after = first.partition(b" ")
        target, _, version = after.rpartition(b" ")
        lines = [method + b" " + self._target(target) + b" " + version]
        line_end = b"\r" if version.endswith(b"\r") else b""
        lines += [f"{name}: {value}".encode() + line_end for name, value in self.added]
        lines += [changed for line in _without_h2c(rest.split(b"\n")) if (changed := self._header(line)) is not None]
        return blank + newline.join(lines)

    def recorded(self, headers: Headers) -> Headers:
        """Return *headers* as they may be stored: of credentials only the throw-away key is shown."""
        return tuple((name, self._shown(name.lower(), value)) for name, value in headers)

    def credentials(self, head: RequestHead) -> tuple[str, ...]:
        """Return what a client brought of its own to be let in, by header or in the query; the throw-away key is none."""
        found: list[str] = []
        for name, value in head.headers:
            if name.lower() == "cookie":
                found += [part.partition("=")[2].strip() for part in value.split(";")]
            elif name.lower() in _KEY_HEADERS | _HIDDEN_HEADERS:
                found.append(value.rpartition(" ")[2])
        for parameter in head.target.partition("?")[2].split("&"):
            name, _, value = parameter.partition("=")
            if name.lower() in _KEY_PARAMETERS:
                found += [value, unquote(value)]
        return tuple(value for value in found if value != self.key and len(value) >= _LEAST_SECRET_CHARS)

    def _target(self, target: bytes) -> bytes:
        """Put the gateway's API path where the tap's was; a path elsewhere is the client's own business."""
        own = f"http://{self.authority}".encode()
        if target.lower().startswith(own) and target[len(own) :][:1] in (b"/", b""):
            return f"{self.upstream.scheme}://{self.upstream.authority}".encode() + self._target(target[len(own) :])
        prefix = PREFIX.encode()
        if target.startswith(prefix) and target[len(prefix) :][:1] in (b"", b"/", b"?"):
            return (self.upstream.path.encode() + target[len(prefix) :]) or b"/"
        return target

    def _header(self, line: bytes) -> bytes | None:
        name, colon, value = line.partition(b":")
        word = name.lower().decode("latin-1")
        if word == "host" and colon:
            return name + colon + _swap(value, value.strip(), self.upstream.authority.encode())
        found = value.split()[-1:]
        if word in _KEY_HEADERS and found and (self.any_key or found == [self.key.encode()]):
            return name + colon + _swap(value, found[0], self.real_key.encode()) if self.real_key else None
        return line

    def _shown(self, name: str, value: str) -> str:
        if name in _HIDDEN_HEADERS:
            return "*" * len(value)
        scheme, space, credential = value.rpartition(" ")
        return value if name not in _KEY_HEADERS or credential == self.key else scheme + space + "*" * len(credential)


def _without_h2c(lines: list[bytes]) -> list[bytes]:
    """Return header *lines* without an offer to go on in HTTP/2; any other upgrade stays."""
    if not any(_named(line, b"upgrade") and b"h2c" in _tokens(line) for line in lines):
        return lines
    kept = [line for line in lines if not _named(line, b"http2-settings")]
    kept = [_without_tokens(line, {b"h2c"}) if _named(line, b"upgrade") else line for line in kept]
    gone = {b"http2-settings"} if any(_named(line, b"upgrade") and _tokens(line) for line in kept) else _OFFER
    kept = [_without_tokens(line, gone) if _named(line, b"connection") else line for line in kept]
    return [line for line in kept if _tokens(line) or not (_named(line, b"upgrade") or _named(line, b"connection"))]


def _named(line: bytes, name: bytes) -> bool:
    return line.partition(b":")[0].strip().lower() == name


def _tokens(line: bytes) -> list[bytes]:
    return [token for part in line.partition(b":")[2].split(b",") if (token := part.strip().lower())]


def _without_tokens(line: bytes, gone: Set[bytes]) -> bytes:
    if not gone & {*_tokens(line)}:
        return line
    name, colon, value = line.rstrip(b"\r").partition(b":")
    kept = [token.strip() for token in value.split(b",") if token.strip() and token.strip().lower() not in gone]
    return name + colon + b" " + b", ".join(kept) + (b"\r" if line.endswith(b"\r") else b"")


def _swap(value: bytes, old: bytes, new: bytes) -> bytes:
    """Replace *old* inside a header's value, leaving the white space around it as it is."""
    return value.replace(old, new, 1) if old else b" " + new + value


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
    if response is None or response.status not in REDIRECTS:
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
    return scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(scheme, 0)
