"""Asks a gateway for its models, once, and tells in a sentence what stands in the way."""

import json
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from socket import gaierror

import requests
from requests.adapters import HTTPAdapter

from dvara_examples.core.clock import Timer, start_timer
from dvara_examples.core.errors import Diagnosis, GatewayError
from dvara_examples.core.world import World
from dvara_examples.gateways._tunnelled import tunnelled_pools
from dvara_examples.records import hints as diagnoses
from dvara_examples.records.model import Endpoint
from dvara_examples.tap.proxies import Proxy, proxy_for
from dvara_examples.tap.rewrite import GatewayAddress
from dvara_examples.tap.unreachable import Unreachable
from dvara_examples.tap.upstream import tls_context

PATIENCE_S = 5.0
"""For the connection, and for each silence while the answer comes."""
_BODY_LIMIT_BYTES = 8 * 1024 * 1024
_BODY_LIMIT_S = 15.0


@dataclass(frozen=True, slots=True)
class Probed:
    """What the gateway said about its models; *lists_models* is False where it has no such list."""

    models: tuple[str, ...] = ()
    owners: frozenset[str] = frozenset()
    lists_models: bool = True


class _TapsWay(HTTPAdapter):
    """Connects and verifies as the tap does, so that where the probe is let in, the examples' requests are too."""

    def __init__(self, context: ssl.SSLContext | None, origin: GatewayAddress, proxy: Proxy | None, patience_s: float) -> None:
        self._context = context
        super().__init__()
        if proxy is not None:
            self.poolmanager.pool_classes_by_scheme = tunnelled_pools(origin, proxy, patience_s)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: object) -> None:
        tls = {} if self._context is None else {"ssl_context": self._context}
        super().init_poolmanager(connections, maxsize, block, **tls, **more)

    def cert_verify(self, conn: object, url: str, verify: object, cert: object) -> None:
        """Leave the context as it is: the library would add certificates of its own."""


def probe(upstream: Endpoint, world: World, *, patience_s: float = PATIENCE_S) -> Probed:
    """Send ``GET {base_url}/models``. Raises GatewayError, whose message never holds the key."""
    origin = GatewayAddress.of(upstream.base_url)
    proxy = proxy_for(origin, world.environ)
    context = tls_context(world.environ) if origin.tls else None
    with requests.Session() as session:
        session.trust_env = False  # no proxies but the tap's, and no .netrc in the place of the key
        session.mount(f"{origin.scheme}://", _TapsWay(context, origin, proxy, patience_s))
        try:
            with session.get(
                f"{upstream.base_url}/models",
                headers={"Authorization": f"Bearer {upstream.key}", "Accept": "application/json"},
                timeout=patience_s,
                allow_redirects=False,
                stream=True,
            ) as response:
                return _read(upstream, response, _body(response, start_timer(world.clock)))
        except Unreachable as error:
            raise GatewayError(diagnoses.no_way(upstream.base_url, str(error))) from None
        except (requests.RequestException, OSError) as error:
            raise GatewayError(_reason(upstream.base_url, error)) from None


def _body(response: requests.Response, timer: Timer) -> bytes:
    """Return the body, but no more of it than a list of models can be long. Raises TimeoutError for one that drips in."""
    data = b""
    for part in response.iter_content(65_536):
        data += part
        if len(data) > _BODY_LIMIT_BYTES:
            break
        if timer() > _BODY_LIMIT_S:
            raise TimeoutError
    return data


def _read(upstream: Endpoint, response: requests.Response, body: bytes) -> Probed:
    """Make sense of the answer to the request for models."""
    base_url, status = upstream.base_url, response.status_code
    html = "html" in response.headers.get("Content-Type", "").lower() or body[:64].lstrip().lower().startswith(b"<")
    value = None if html else _json(body)
    if status in (401, 403):
        raise GatewayError(diagnoses.key_refused(base_url, status, _message(value, upstream.key)))
    if 300 <= status < 400:
        raise GatewayError(diagnoses.redirects(base_url, status))
    if html:
        raise GatewayError(diagnoses.web_page(base_url, status))
    if status in (404, 405, 501):
        if _code(value) == "not_found":
            raise GatewayError(diagnoses.wrong_prefix(base_url))
        return Probed(lists_models=False)
    if status == 429:
        return Probed(lists_models=False)
    if status != 200:
        raise GatewayError(diagnoses.refused_otherwise(base_url, status, _message(value, upstream.key)))
    return _models(base_url, value)


def _models(base_url: str, value: object) -> Probed:
    entries = value.get("data") if isinstance(value, Mapping) else value
    if not isinstance(entries, list):
        raise GatewayError(f"{base_url}/models answers 200, but with no list of models: no gateway there; check DVARA_URL")
    known = [entry for entry in entries if isinstance(entry, Mapping) and isinstance(entry.get("id"), str)]
    owners = frozenset(str(entry["owned_by"]) for entry in known if "owned_by" in entry)
    return Probed(tuple(entry["id"] for entry in known), owners)


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _error_field(value: object, name: str) -> str:
    error = value.get("error") if isinstance(value, Mapping) else None
    found = error.get(name) if isinstance(error, Mapping) else None
    return found if isinstance(found, str) else ""


def _code(value: object) -> str:
    return _error_field(value, "code")


def _message(value: object, key: str) -> str:
    """Return what the gateway said, to go behind the status; a gateway that echoes the key is not quoted."""
    message = _error_field(value, "message")
    printable = "".join(c for c in message if c.isprintable())[:200].rstrip(" .")
    return f": {printable}" if printable and key not in message else ""


def _reason(base_url: str, error: BaseException) -> Diagnosis:
    """Say why no answer came."""
    causes = tuple(_chain(error))
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if tls is not None:
        return _tls(base_url, tls)
    if any(isinstance(cause, gaierror) for cause in causes):
        return diagnoses.unknown_host(base_url)
    if any(isinstance(cause, requests.Timeout | TimeoutError) for cause in causes):
        return diagnoses.silent(base_url)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return diagnoses.nothing_listens(base_url)
    return diagnoses.no_proper_answer(base_url)


def _tls(base_url: str, error: ssl.SSLError) -> Diagnosis:
    verified = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else ""
    said = verified or (error.reason or "").replace("_", " ").lower()
    if "wrong version" in said or "record layer" in said:
        return diagnoses.speaks_no_tls(base_url, said)
    return diagnoses.not_trusted(base_url, said)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and everything that it came from; urllib3 keeps causes in ``reason`` and ``args``."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        linked = (current.__cause__, current.__context__, getattr(current, "reason", None), *current.args)
        waiting.extend(link for link in linked if isinstance(link, BaseException))
