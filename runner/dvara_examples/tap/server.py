"""The tap itself: its port, a throw-away key, a thread per client connection, and the exchanges that they recorded."""

import errno
import os
import select
import socket
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from dvara_examples.core.clock import Timer
from dvara_examples.core.errors import GatewayError
from dvara_examples.core.redaction import Redactor
from dvara_examples.faults import Faults
from dvara_examples.records.model import Endpoint
from dvara_examples.records.transcript import Exchange
from dvara_examples.tap.bounded import CaptureLimits
from dvara_examples.tap.exchange_log import Ledger, RequestGate, Wiring
from dvara_examples.tap.progress import OnEvent
from dvara_examples.tap.relay import Relay
from dvara_examples.tap.rewrite import PREFIX, GatewayAddress, Rewriter, is_loopback, throw_away_key
from dvara_examples.tap.upstream import reset, tls_context

if TYPE_CHECKING:
    from dvara_examples.tap.proxies import Proxy
    from dvara_examples.tap.schedule import Schedule

_HOST = "127.0.0.1"
LOCALHOST = (_HOST, "::1")
"""What a client may find behind the name ``localhost``."""
_BACKLOG = 128
_NO_SUCH_ADDRESS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT})
_JOIN_LIMIT_S = 5.0
_NOTHING: Mapping[str, str] = {}
_USUAL = CaptureLimits()


class Tap:
    """Relays and records between one client and a gateway; a context manager.

    The port (*port*, or a free one) is bound when the tap is made, connections are served inside the ``with`` block.
    *endpoint* is what the client gets: the tap's base URL and a throw-away key, for which *upstream*'s key is put in.
    *environ* names certificate authorities (``SSL_CERT_FILE`` and its kin) for an https gateway, and proxies on the way there.
    *on_event* hears of each exchange while it goes on, from the threads that relay: it must neither wait nor raise. A tap
    that runs for days and is only listened to does not *keep* exchanges. *faults* spoil the responses, an entry per request
    in the order of arrival; beyond the last entry, and without any, not one byte is changed but the
    address of a redirect to the gateway itself.
    *gate* is asked about each request before anything of it goes out; the client of one that is refused gets no answer.
    *hosts* are the addresses of this machine that it listens on; those that the machine does not have are left out, but for the
    first. With *any_key* the client may bring whatever key it was written with, and *upstream*'s key is put in for that one.
    Raises GatewayError for an *upstream* or a proxy that cannot be connected to as it is written, or a *port* that is taken.
    """

    def __init__(
        self,
        upstream: Endpoint,
        timer: Timer,
        redactor: Redactor,
        *,
        stall_after_s: float = 10.0,
        environ: Mapping[str, str] = _NOTHING,
        bounds: CaptureLimits = _USUAL,
        port: int = 0,
        on_event: OnEvent | None = None,
        keep: bool = True,
        faults: Sequence[Faults] = (),
        gate: RequestGate | None = None,
        hosts: Sequence[str] = (_HOST,),
        any_key: bool = False,
    ) -> None:
        origin = GatewayAddress.of(upstream.base_url)
        context = tls_context(environ) if origin.tls else None
        self._ledger = Ledger(bounds, Redactor.of((*redactor.secrets, upstream.key)), stall_after_s, on_event, keep, gate)
        self._listeners = _listen_on(hosts, port)
        self._port: int = self._listeners[0].getsockname()[1]
        self.endpoint = Endpoint(f"http://{_HOST}:{self._port}{PREFIX}", throw_away_key(upstream.key))
        rewriter = Rewriter(origin, f"{_HOST}:{self._port}", self.endpoint.key, upstream.key, upstream.headers, any_key)
        stopping, self._stop = socket.socketpair()
        schedule, proxy = _schedule(faults), _proxy(origin, environ)
        self._wiring = Wiring(origin, context, rewriter, self._ledger, timer, stopping, schedule, gate, proxy)
        self._numbered = {listener.fileno(): listener for listener in self._listeners}
        self._stopping = stopping.fileno()
        self._waiting = select.poll()  # created here, because on a busy machine everything may be closed before the thread starts
        for number in (*self._numbered, self._stopping):
            self._waiting.register(number, select.POLLIN)
        self._acceptor = threading.Thread(target=self._accept, name=f"tap-{self._port}-accept", daemon=True)
        self._relays: list[threading.Thread] = []
        self._accepted = 0
        self._closed = False
        self._lock, self._leaving = threading.Lock(), 0

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def last_activity_s(self) -> float:
        """Return when the last byte passed, either way, by the tap's timer; 0.0 if none has. Safe from any thread."""
        return self._ledger.last_activity_s

    def exchanges(self) -> tuple[Exchange, ...]:
        """Return the exchanges in order of arrival: all of them after :meth:`close`, before it those that have ended."""
        return self._ledger.exchanges()

    def notes(self) -> tuple[str, ...]:
        """Return notes that belong to no exchange: refused connections without a later request, exchanges not stored."""
        schedule = self._wiring.schedule
        return (*(map(str, schedule.untold()) if schedule is not None else ()), *self._ledger.notes())

    def stopping(self, why: str) -> None:
        """Note that the client is about to be stopped; *why* becomes part of the message about open exchanges."""
        self._ledger.stopped = why

    def close(self) -> None:
        """Stop listening, end every connection and wait briefly for their threads; may be called again."""
        if self._closed:
            return
        self._closed = True
        self._stop.close()  # every poll sees the other end hang up
        if self._acceptor.ident is not None:
            self._acceptor.join(_JOIN_LIMIT_S)
        give_up_s = self._wiring.timer() + _JOIN_LIMIT_S
        for relay in self._relays:
            relay.join(max(0.0, give_up_s - self._wiring.timer()))
        for listener in self._listeners:
            listener.close()
        self._leave()

    def _leave(self) -> None:
        """Close the stop signal once nobody waits for it: called at the end of the thread and of the tap."""
        with self._lock:
            self._leaving += 1
            is_last = self._leaving == 2 or self._acceptor.ident is None
        if is_last and not any(relay.is_alive() for relay in self._relays):
            self._wiring.stopping.close()

    def _accept(self) -> None:
        while self._stopping not in (ready := dict(self._waiting.poll())):
            for number in ready:
                self._accept_one(self._numbered[number])
        self._leave()

    def _accept_one(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except OSError:  # the client has already gone, or no descriptors are left for now
            return
        self._accepted += 1
        if self._wiring.schedule is not None and self._wiring.schedule.refuses(self._accepted):
            reset(client)
            self._ledger.remark(self._wiring.timer(), str(self._wiring.schedule.refusal(self._accepted)))
            return
        relay = Relay(client, self._accepted, self._wiring)
        thread = threading.Thread(target=relay.run, name=f"tap-{self._port}-client-{self._accepted}", daemon=True)
        self._relays = [one for one in self._relays if one.is_alive()] + [thread]
        thread.start()


def _schedule(faults: Sequence[Faults]) -> "Schedule | None":
    if not any(faults):
        return None
    from dvara_examples.tap.schedule import Schedule

    return Schedule(faults)


def _proxy(origin: GatewayAddress, environ: Mapping[str, str]) -> "Proxy | None":
    if is_loopback(origin.host):
        return None
    from dvara_examples.tap.proxies import proxy_for

    return proxy_for(origin, environ)


def _listen_on(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """Return a listening socket on each of *hosts*; with port 0, all on the one that the first gets."""
    listeners: list[socket.socket] = []
    for host in hosts:
        try:
            listener = _listen(host, listeners[0].getsockname()[1] if listeners else port)
        except GatewayError as error:
            if listeners and isinstance(error.__cause__, OSError) and error.__cause__.errno in _NO_SUCH_ADDRESS:
                continue
            for listener in listeners:
                listener.close()
            raise
        listener.setblocking(False)
        listeners.append(listener)
    return listeners


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        raise GatewayError(
            f"port {port} on {host} cannot be used ({reason})",
            "stop what listens there, or choose another port (0 takes any that is free)",
        ) from error
