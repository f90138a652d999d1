"""Waits until a started gateway answers as its description says."""

import http.client
import socket
from collections.abc import Callable
from contextlib import closing

from dvara_examples.core.clock import start_timer
from dvara_examples.core.errors import GatewayError
from dvara_examples.core.world import World
from dvara_examples.gateways._description import GatewayDescription
from dvara_examples.gateways._log import GatewayLog
from dvara_examples.tap.rewrite import GatewayAddress

_POLL_S = 0.1
_ANSWER_LIMIT_S = 5.0
_CLOSING_S = 0.05


def await_ready(
    description: GatewayDescription,
    address: tuple[str, int],
    key: str,
    world: World,
    death: Callable[[], GatewayError | None],
    log: GatewayLog,
) -> float:
    """Ask until the gateway is ready as *description* says; return the seconds that it took.

    *death* returns the error to raise once the gateway has ended. Setting ``world.stop`` ends the wait with KeyboardInterrupt.
    Raises GatewayError.
    """
    ready, timer, seen = description.ready, start_timer(world.clock), "no connection"
    while timer() < ready.limit_s:
        if (error := death()) is not None:
            raise error
        seen = _ask(address, ready.path, key)
        if seen == str(ready.status):
            return timer()
        if world.stop.wait(_POLL_S):
            raise KeyboardInterrupt
    if (error := death()) is not None:
        raise error
    seen = f"expected {ready.status} from {ready.path}, found {seen}"
    cause = f"{description.title} was not ready within {ready.limit_s:g} s: {seen}{log.last_lines}"
    raise GatewayError(cause, f"look at its log, {log.path}, or raise `ready: {{limit_s: …}}` in its description")


def _ask(address: tuple[str, int], path: str, key: str) -> str:
    """Return the status of one GET as text, or words that say why there is none."""
    try:
        with closing(http.client.HTTPConnection(*address, timeout=_ANSWER_LIMIT_S)) as connection:
            connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
            return str(connection.getresponse().status)
    except ConnectionRefusedError:
        return "no connection"
    except TimeoutError:
        return "no answer"
    except (OSError, http.client.HTTPException):
        return "a broken answer"


def refuses(base_url: str) -> bool:
    """Tell whether nothing listens any more; a program that is just ending may still accept, and close at once."""
    address = GatewayAddress.of(base_url)
    try:
        with socket.create_connection((address.host, address.port), _ANSWER_LIMIT_S) as sock:
            sock.settimeout(_CLOSING_S)
            return not sock.recv(1)
    except TimeoutError:
        return False
    except OSError:
        return True
