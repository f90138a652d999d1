"""The embedded gateway in the foreground, for ``dvara-examples gateway``: for curl, and for your own code."""

import contextlib
import signal
import threading
from collections.abc import Callable

from dvara_examples.core.clock import Clock
from dvara_examples.core.curl import ready_curl
from dvara_examples.embedded_gateway.models import LISTED
from dvara_examples.embedded_gateway.server import EmbeddedServer

GRACE_S = 30.0
"""So long requests under way may take to finish after the first Ctrl-C, as at the gateway; a second one cuts them."""
_TICK_S = 3600.0


def serve(*, port: int, key: str | None, clock: Clock, write: Callable[[str], None]) -> None:
    """Serve the default answers on *port* of loopback until a KeyboardInterrupt, and *write* one line per request.

    Without *key* a new one is made and shown, because clients need it; a given one is not shown, because it may be real.
    Raises GatewayError if the port cannot be used.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets background programs ignore it
    lock = threading.Lock()

    def log(line: str) -> None:
        with lock, contextlib.suppress(OSError):  # nobody reads any more, which is no reason to stop serving
            write(f"{clock.utc_now():%H:%M:%S} {line}")

    with EmbeddedServer(clock=clock, port=port, default_key=key, log=log) as embedded, contextlib.suppress(KeyboardInterrupt):
        try:
            write(_greeting(embedded, shown=key is None))
            never = threading.Event()
            while not never.wait(_TICK_S):
                pass
        except KeyboardInterrupt:
            write("finishing the requests under way; Ctrl-C again cuts them")
            embedded.close(grace_s=GRACE_S)


def _greeting(embedded: EmbeddedServer, *, shown: bool) -> str:
    """Return the lines that a user needs to try it: address, key (if *shown*), and a command to paste."""
    key = f"export DVARA_API_KEY={embedded.default_key}" if shown else "export DVARA_API_KEY=…  # the key that --key gave"
    return "\n".join(
        (
            "the embedded gateway is up; Ctrl-C ends it",
            "",
            f"export DVARA_URL={embedded.base_url}",
            key,
            "",
            *ready_curl(LISTED[0]),
            "",
        )
    )
