"""The environment of a script: the variables that lead to the gateway, and the port at which it expects that."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from dvara_examples.core.errors import GatewayError
from dvara_examples.manifest import Variant
from dvara_examples.records.model import Endpoint
from dvara_examples.session.plan import PlannedRun

_TRY_EVERY_S = 0.1
_BASE_URL, _ROOT, _KEY = "{base_url}", "http://{host}", "{key}"
WELL_KNOWN: Mapping[str, str] = {
    "OPENAI_BASE_URL": _BASE_URL,
    "OPENAI_API_BASE": _BASE_URL,  # LangChain, LiteLLM
    "OPENAI_API_KEY": _KEY,
    "ANTHROPIC_BASE_URL": _ROOT,  # its clients append /v1 themselves
    "ANTHROPIC_API_KEY": _KEY,
}
"""The variables that clients read by themselves, and what they expect there."""
OFFLINE: Mapping[str, str] = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
"""What keeps clients from asking others than the gateway: LiteLLM would fetch a list of prices, and wait half a minute for it."""


def gateway_variables(run: PlannedRun, endpoint: Endpoint, model: str | None) -> dict[str, str]:
    """Return the variables of a run in addition to those of its toolchain: its own, and the gateway with the throw-away key.

    In the manifest's texts, ``{host}``, ``{base_url}``, ``{key}`` and ``{model}`` stand for the values of this run.
    """
    around = run.variant.surroundings
    known = {"{base_url}": endpoint.base_url, "{host}": urlsplit(endpoint.base_url).netloc, "{key}": endpoint.key}
    if model:
        known["{model}"] = model
    carried = around.endpoint
    ours = {name: form or _BASE_URL for name, form in carried.urls.items()} | dict.fromkeys(carried.keys, _KEY)
    ours |= {"DVARA_URL": run.example.url or _BASE_URL, "DVARA_API_KEY": _KEY}
    if model:
        ours |= dict.fromkeys((*carried.models, "DVARA_MODEL"), "{model}")
    texts = {**OFFLINE, **WELL_KNOWN, **around.env, **run.variant.env, **ours}
    return {name: _filled(text, known) for name, text in texts.items()}


def _filled(text: str, known: Mapping[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(name, value)
    return text


class PortTurns:
    """Lets runs that expect the gateway at one port take turns; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ports: dict[int, threading.Lock] = {}

    @contextmanager
    def turn(self, variant: Variant, stop: threading.Event) -> Iterator[None]:
        """Wait until no other run has the ports of *variant*, if any, and reserve them; setting *stop* ends the wait."""
        around, held = variant.surroundings, list[threading.Lock]()
        ports = {around.listen, around.ready.port if around.ready else None} - {None}
        with self._lock:
            mine = [self._ports.setdefault(port, threading.Lock()) for port in sorted(filter(None, ports))]
        try:
            for lock in mine:  # in the order of the ports, so that two runs never wait for each other
                while not stop.is_set():
                    if lock.acquire(timeout=_TRY_EVERY_S):
                        held.append(lock)
                        break
            yield
        finally:
            for lock in held:
                lock.release()


@contextmanager
def port_in_words(run: PlannedRun) -> Iterator[None]:
    """Turn an unavailable port into a sentence that names the process that has it."""
    port = run.variant.surroundings.listen
    try:
        yield
    except GatewayError as error:
        if port is None or not isinstance(error.__cause__, OSError):
            raise
        cause = f"port {port}, where {run.variant.relative} expects the gateway, {_taken_by(port, error.__cause__)}"
        hint = "stop it; a gateway that listens there can be moved to another port and named by DVARA_URL"
        raise GatewayError(cause, hint) from error


def _taken_by(port: int, error: OSError) -> str:
    import errno

    if error.errno != errno.EADDRINUSE:
        return f"cannot be used ({(error.strerror or str(error)).lower()})"
    return who_has(port)


def who_has(port: int) -> str:
    """Say that *port* is taken, and by which process, if the system tells."""
    import psutil  # slow to import, and only needed if a port is taken

    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
            if listens and connection.pid:
                return f"is taken by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except (psutil.Error, OSError):
        pass  # the system does not say
    return "is in use by another user's process"
