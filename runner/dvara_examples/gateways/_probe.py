"""Asks a gateway for its models, once, and explains problems in a sentence.

The list of models is only a hint: keys without permission for it, broken lists and lists in other shapes are common although
chat works. If it is not as expected, a chat request decides, which is what every example needs.
"""

import json
import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import BadStatusLine
from socket import gaierror

import requests
from requests.adapters import HTTPAdapter

from dvara_examples.core.clock import Timer, start_timer
from dvara_examples.core.errors import Diagnosis, GatewayError
from dvara_examples.core.world import World
from dvara_examples.gateways._causes import causes_of
from dvara_examples.gateways._tunnelled import tunnelled_pools
from dvara_examples.records import hints as diagnoses
from dvara_examples.records.model import Endpoint
from dvara_examples.tap.proxies import Proxy, proxy_for
from dvara_examples.tap.rewrite import GatewayAddress
from dvara_examples.tap.upstream import tls_context
from dvara_examples.tap.waiting import Unreachable
from dvara_examples.wire.http import speaks_http2

PATIENCE_S = 5.0
"""For the connection, and for each silence while the answer comes."""
_CHAT_PATIENCE = 6.0
"""How much longer a model may think before its first word than a list of models may take."""
_BODY_LIMIT_BYTES = 8 * 1024 * 1024
_BODY_LIMIT_S = 15.0


@dataclass(frozen=True, slots=True)
class Probed:
    """The gateway's list of models; *lists_models* is False if it has no such list, and *doubt* says why."""

    models: tuple[str, ...] = ()
    owners: frozenset[str] = frozenset()
    lists_models: bool = True
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer's status, its media type and its body, or the first piece of it."""

    status: int
    media: str
    body: bytes

    @property
    def html(self) -> bool:
        return "html" in self.media.lower() or self.body[:64].lstrip().lower().startswith(b"<")

    @property
    def value(self) -> object:
        return None if self.html else _json(self.body)

    def repeats(self, other: "_Answer") -> bool:
        """Tell whether both are the same answer, ignoring counters and random parts such as request ids."""
        return (self.status, _steady(self.body)) == (other.status, _steady(other.body))


class _TapsWay(HTTPAdapter):
    """Connects and verifies like the tap, so if the probe gets in, the examples' requests do too."""

    def __init__(self, context: ssl.SSLContext | None, origin: GatewayAddress, proxy: Proxy | None, patience_s: float) -> None:
        self._context = context
        super().__init__()
        if proxy is not None:
            self.poolmanager.pool_classes_by_scheme = tunnelled_pools(origin, proxy, patience_s)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: object) -> None:
        tls = {} if self._context is None else {"ssl_context": self._context}
        super().init_poolmanager(connections, maxsize, block, **tls, **more)

    def cert_verify(self, conn: object, url: str, verify: object, cert: object) -> None:
        """Do not change the context: the library would add its own certificates."""


def probe(upstream: Endpoint, world: World, *, model: str = "gpt-4o", patience_s: float = PATIENCE_S) -> Probed:
    """Send ``GET {base_url}/models``, and a chat request to *model* if the answer is not as expected.

    Raises GatewayError, whose message never holds the key.
    """
    origin = GatewayAddress.of(upstream.base_url)
    proxy = proxy_for(origin, world.environ)
    # A small JSON document shows its own end; some servers close TLS without a goodbye.
    context = tls_context(world.environ, sees_cuts=False) if origin.tls else None
    with requests.Session() as session:
        session.trust_env = False  # no proxies but the tap's, and no .netrc instead of the key
        session.mount(f"{origin.scheme}://", _TapsWay(context, origin, proxy, patience_s))
        listed: _Answer | None = None
        try:
            listed = _ask(session, upstream, world, "models", None, patience_s)
        except Unreachable as error:
            raise GatewayError(diagnoses.no_way(upstream.base_url, error.diagnosis)) from None
        except (requests.RequestException, OSError) as error:
            found = _reason(upstream.base_url, error)
            reached = found in (diagnoses.silent(upstream.base_url), diagnoses.no_proper_answer(upstream.base_url))
            if not reached or isinstance(error, requests.ConnectTimeout):
                raise GatewayError(found) from None
        else:
            read = _read(upstream, listed)
            if isinstance(read, Probed):
                return read
            found = read
        body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "Say hi."}]}
        try:
            answer = _ask(session, upstream, world, "chat/completions", body, patience_s * _CHAT_PATIENCE)
        except (Unreachable, requests.RequestException, OSError) as error:
            if listed is not None and _is_timeout(error):
                return Probed(lists_models=False, doubt=_in_short(upstream, listed))
            raise GatewayError(found) from None
    if (listed is not None and answer.repeats(listed)) or (answer.status >= 400 and _read(upstream, answer) == found):
        raise GatewayError(found)
    if (obstacle := _stops_chat(upstream, answer)) is not None:
        raise GatewayError(obstacle)
    return Probed(lists_models=False, doubt=_in_short(upstream, listed))


def _in_short(upstream: Endpoint, listed: _Answer | None) -> str:
    """Describe what came instead of a list."""
    if listed is None:
        return "no answer"
    if listed.html:
        return f"{listed.status}, an HTML page"
    said = _message(listed.value, upstream.key)
    return f"{listed.status}{said}" if said or listed.status != 200 else "200, but no list"


def _ask(
    session: requests.Session, upstream: Endpoint, world: World, path: str, body: Mapping[str, object] | None, patience_s: float
) -> _Answer:
    """Send one request as a client does; of a good stream, read only the first piece."""
    with session.request(
        "GET" if body is None else "POST",
        f"{upstream.base_url}/{path}",
        headers={"Authorization": f"Bearer {upstream.key}", "Accept": "application/json" if body is None else "*/*"},
        json=body,
        timeout=patience_s,
        allow_redirects=False,
        stream=True,
    ) as response:
        media = response.headers.get("Content-Type", "")
        if body is not None and response.status_code < 300:
            with suppress(StopIteration):
                return _Answer(response.status_code, media, next(response.iter_content(65_536)))
            return _Answer(response.status_code, media, b"")
        return _Answer(response.status_code, media, _body(response, start_timer(world.clock)))


def _body(response: requests.Response, timer: Timer) -> bytes:
    """Return the body, up to the length of a long list of models. Raises TimeoutError for one that arrives too slowly."""
    data = b""
    for part in response.iter_content(65_536):
        data += part
        if len(data) > _BODY_LIMIT_BYTES:
            break
        if timer() > _BODY_LIMIT_S:
            raise TimeoutError
    return data


def _read(upstream: Endpoint, answer: _Answer) -> Probed | Diagnosis:
    """Interpret the answer to the request for models."""
    base_url, status = upstream.base_url, answer.status
    if (obstacle := _stops_chat(upstream, answer)) is not None:
        return obstacle
    if status == 404 and _code(answer.value) == "not_found":
        return diagnoses.wrong_prefix(base_url)
    if status in (404, 405, 429, 501):
        return Probed(lists_models=False)
    if status == 403:
        return diagnoses.key_refused(base_url, status, _message(answer.value, upstream.key))
    if status != 200:
        return diagnoses.refused_otherwise(base_url, status, _message(answer.value, upstream.key))
    return _models(base_url, answer.value)


def _stops_chat(upstream: Endpoint, answer: _Answer) -> Diagnosis | None:
    """Say why no example can use a gateway that gives this *answer* to chat, or None if that is not certain."""
    base_url, status = upstream.base_url, answer.status
    if status == 401:
        return diagnoses.key_refused(base_url, status, _message(answer.value, upstream.key))
    if 300 <= status < 400:
        return diagnoses.redirects(base_url, status)
    if answer.html:
        return diagnoses.web_page(base_url, status)
    return None


def _models(base_url: str, value: object) -> Probed | Diagnosis:
    entries = value.get("data") if isinstance(value, Mapping) else value
    if not isinstance(entries, list):
        return Diagnosis(f"{base_url}/models answers 200, but with no list of models", "check DVARA_URL")
    known = [entry for entry in entries if isinstance(entry, Mapping) and isinstance(entry.get("id"), str)]
    owners = frozenset(str(entry["owned_by"]) for entry in known if "owned_by" in entry)
    return Probed(tuple(entry["id"] for entry in known), owners)


def _steady(body: bytes) -> bytes:
    return re.sub(rb"[^\s\"]*\d[^\s\"]*", b"", body)


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
    """Return the gateway's message, to append to the status; empty for a gateway that echoes the key."""
    message = _error_field(value, "message")
    printable = "".join(c for c in message if c.isprintable())[:200].rstrip(" .")
    return f": {printable}" if printable and key not in message else ""


def _reason(base_url: str, error: BaseException) -> Diagnosis:
    """Say why no answer came."""
    causes = tuple(causes_of(error))
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if tls is not None:
        return _tls(base_url, tls)
    if any(isinstance(cause, gaierror) for cause in causes):
        return diagnoses.unknown_host(base_url)
    if _is_timeout(error):
        return diagnoses.silent(base_url)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return diagnoses.nothing_listens(base_url)
    if any(
        isinstance(cause, BadStatusLine) and speaks_http2(str(cause.args[0]).encode("latin-1", "replace")) for cause in causes
    ):
        return diagnoses.speaks_http2_alone(base_url)
    return diagnoses.no_proper_answer(base_url)


def _is_timeout(error: BaseException) -> bool:
    return any(isinstance(cause, requests.Timeout | TimeoutError) for cause in causes_of(error))


def _tls(base_url: str, error: ssl.SSLError) -> Diagnosis:
    verified = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else ""
    said = verified or (error.reason or "").replace("_", " ").lower()
    if "no application protocol" in said:
        return diagnoses.speaks_http2_alone(base_url)
    if "wrong version" in said or "record layer" in said:
        return diagnoses.speaks_no_tls(base_url, said)
    return diagnoses.not_trusted(base_url, said)
