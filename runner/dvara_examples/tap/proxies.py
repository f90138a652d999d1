"""Which proxy is on the way to a gateway, by the variables that curl, Python and Node read too.

``HTTPS_PROXY`` is for https gateways, ``HTTP_PROXY`` for http ones, ``ALL_PROXY`` for both, and ``NO_PROXY`` lists hosts that
are reached directly; lower-case names take precedence. Loopback is always reached directly.
"""

import base64
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from dvara_examples.core.errors import GatewayError
from dvara_examples.tap.rewrite import GatewayAddress, is_loopback

_USUAL_PORT = 80


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy that opens connections for others (CONNECT); *variable* is the variable that names it.

    *credentials* is the value of ``Proxy-Authorization``, or None; it is secret and never shown.
    """

    host: str
    port: int
    variable: str
    credentials: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"the proxy {host}:{self.port} (from {self.variable})"


def proxy_for(origin: GatewayAddress, environ: Mapping[str, str]) -> Proxy | None:
    """Return the proxy that *environ* names for the way to *origin*, or None if the way is direct.

    Raises GatewayError for a proxy that cannot be used as written; the sentence does not show its credentials.
    """
    if is_loopback(origin.host) or _exempt(origin, _value(environ, "NO_PROXY")[1]):
        return None
    for name in (f"{origin.scheme.upper()}_PROXY", "ALL_PROXY"):
        variable, value = _value(environ, name)
        if value:
            return _read(variable, value)
    return None


def _value(environ: Mapping[str, str], name: str) -> tuple[str, str]:
    """Return the variable that is set, and its value; lower case takes precedence."""
    for spelt in (name.lower(), name):
        if value := environ.get(spelt, "").strip():
            return spelt, value
    return name, ""


def _read(variable: str, value: str) -> Proxy:
    accepted = "an address such as http://proxy.example.com:3128 is accepted"
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise GatewayError(f"{variable} names no valid proxy", accepted) from None
    if parts.scheme != "http":
        raise GatewayError(f"{variable} names a proxy with the scheme {parts.scheme!r}", accepted)
    if not host:
        raise GatewayError(f"{variable} names a proxy without a host", accepted)
    return Proxy(host, port or _USUAL_PORT, variable, _credentials(parts))


def _credentials(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _exempt(origin: GatewayAddress, listed: str) -> bool:
    return any(_fits(origin, entry.strip().lower()) for entry in listed.split(","))


def _fits(origin: GatewayAddress, entry: str) -> bool:
    """Tell whether one entry of ``NO_PROXY`` matches *origin*: ``*``, a domain, an address, a network; a port may follow."""
    if entry == "*":
        return True
    host, address = origin.host.lower().rstrip("."), _address(origin.host)
    if address is not None and "/" in entry:
        return _in_network(address, entry)
    name, colon, port = entry.rpartition(":")
    if colon and port.isdecimal() and (name.count(":") == 0 or name.endswith("]")):
        if int(port) != origin.port:
            return False
        entry = name
    domain = entry.strip("[]").removeprefix("*").removeprefix(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _in_network(address: ipaddress.IPv4Address | ipaddress.IPv6Address, entry: str) -> bool:
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
