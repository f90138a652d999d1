"""Any gateway at a URL: ``DVARA_URL`` is its address, ``DVARA_API_KEY`` the key that it accepts.

The URL may come with or without ``/v1`` and a trailing slash; if no part of its path is ``v1``, ``/v1`` is added. On
opening, the gateway is asked for its models once, so that a wrong address or key is reported before any example starts. If the
answer is not a list, a short chat request decides whether the gateway can be used. Both go the way of the examples' requests,
through the proxy that the environment names, and no redirect is followed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from dvara_examples.core.errors import Diagnosis, GatewayError
from dvara_examples.core.world import World
from dvara_examples.gateways import USUAL_MODEL
from dvara_examples.gateways._probe import Probed, probe
from dvara_examples.records import hints as diagnoses
from dvara_examples.records.model import Endpoint
from dvara_examples.tap.rewrite import GatewayAddress, is_loopback

STANDIN_OWNER = "dvara-examples"
"""Owner of the models that the embedded gateway lists, when it serves at a URL: its governance is known."""


@dataclass(frozen=True, slots=True)
class UrlGateway:
    """A gateway that runs somewhere else; all endpoints are the same address and key, and no answer can be scripted."""

    upstream: Endpoint
    description: str
    models: tuple[str, ...] = ()
    capabilities: frozenset[str] = frozenset()
    kind: str = "url"

    @property
    def remote(self) -> bool:
        """Whether its address is on another machine."""
        return not is_loopback(GatewayAddress.of(self.upstream.base_url).host)

    @contextmanager
    def endpoint(self, answers: Sequence[object]) -> Iterator[Endpoint]:  # noqa: ARG002 - it says what it says
        """Yield the gateway's address and the real key."""
        yield self.upstream


@contextmanager
def open_gateway(world: World, _name: str, _described: object) -> Iterator[UrlGateway]:
    """Check the address and the key in *world*'s environment and ask the gateway for its models. Raises GatewayError."""
    upstream = endpoint_of(world)
    if world.offline and not is_loopback(GatewayAddress.of(upstream.base_url).host):
        raise GatewayError(diagnoses.kept_in(upstream.base_url))
    yield _describe(upstream, probe(upstream, world, model=world.env("DVARA_MODEL") or USUAL_MODEL))


def _describe(upstream: Endpoint, probed: Probed) -> UrlGateway:
    known = STANDIN_OWNER in probed.owners
    description = upstream.base_url
    if probed.doubt:
        description += f" (GET /models: {probed.doubt}; chat is answered)"
    elif not probed.lists_models:
        description += " (lists no models; the key is unchecked)"
    return UrlGateway(upstream, description, probed.models, frozenset({"governance"} if known else ()))


def endpoint_of(world: World) -> Endpoint:
    """Return the address and the key from the environment. Raises GatewayError if one is missing or malformed."""
    url, key = world.env("DVARA_URL"), world.env("DVARA_API_KEY")
    if url is None:
        raise GatewayError("DVARA_URL is not set", "set it to the gateway's address, such as http://localhost:8080/v1")
    base_url = normalised(url)
    if key is None:
        raise GatewayError(diagnoses.key_missing(base_url))
    return Endpoint(base_url, sendable(key))


def sendable(key: str) -> str:
    """Return *key*, the value of DVARA_API_KEY. Raises GatewayError if no header can contain it."""
    if not all("!" <= character <= "~" for character in key):
        cause = "DVARA_API_KEY has spaces, line ends or non-ASCII characters, which no header can contain"
        raise GatewayError(Diagnosis(cause, "set it to the key alone", diagnoses.KEY))
    return key


def normalised(url: str, name: str = "DVARA_URL") -> str:
    """Return *url* as a base URL with its API prefix and without a trailing slash.

    Raises GatewayError, whose sentence uses the *name* under which the user gave the address.
    """
    parts = _split(url, name)
    if "@" in parts.netloc:
        raise GatewayError(f"{name} contains a user name or password", "leave them out and put the key in DVARA_API_KEY")
    if parts.scheme not in ("http", "https"):
        found = f"the scheme {parts.scheme!r}" if "://" in url else "no scheme"
        raise GatewayError(f"{name} has {found}", "start the address with http:// or https://")
    if not parts.hostname:
        raise GatewayError(f"{name} names no host", "use an address such as http://localhost:8080/v1")
    if parts.query or parts.fragment or url.strip()[-1] in "?#":
        raise GatewayError(f"{name} has a query or a fragment (? or #)", "use the address up to /v1")
    segments = [segment for segment in parts.path.split("/") if segment]
    if segments[-2:] == ["chat", "completions"]:
        raise GatewayError(f"{name} ends in /chat/completions, which clients append themselves", "leave it off")
    if "v1" not in segments:
        segments.append("v1")
    once = [segment for index, segment in enumerate(segments) if (segment, segments[index - 1 : index]) != ("v1", ["v1"])]
    mended = urlunsplit((parts.scheme, parts.netloc, "/" + "/".join(once), "", ""))
    if once != segments:
        raise GatewayError(diagnoses.doubled_prefix(name, mended))
    return mended


def _split(url: str, name: str) -> SplitResult:
    """Split *url*; the error message never shows it, because it may contain a password."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        reason = "its port is not a number from 1 to 65535" if "ort" in str(error) else "its host is malformed"
        raise GatewayError(f"{name} is not an address ({reason})", "use one such as http://localhost:8080/v1") from None
    if port == 0 or any(character.isspace() for character in parts.geturl()):
        raise GatewayError(f"{name} has a space or port 0", "use an address such as http://localhost:8080/v1")
    return parts
