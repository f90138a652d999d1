"""What all connections of one tap share: the way to the gateway, and the log of exchanges."""

import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from dvara_examples.core.clock import Timer
from dvara_examples.core.redaction import Redactor
from dvara_examples.records.model import WHOLE_ENDINGS
from dvara_examples.records.transcript import Exchange
from dvara_examples.tap.bounded import CaptureLimits
from dvara_examples.tap.progress import OnEvent, Remarked, ended
from dvara_examples.tap.rewrite import GatewayAddress, Rewriter

if TYPE_CHECKING:
    from dvara_examples.tap.proxies import Proxy
    from dvara_examples.tap.schedule import Schedule


class RequestGate(Protocol):
    """Decides about requests; called from the threads that relay, so it must not block for long."""

    def allow(self) -> str | None:
        """Let the request that has just arrived through (None), or return why not; then nothing of it goes upstream."""
        ...

    def ended(self, exchange: Exchange, tokens: int | None) -> None:
        """Note an exchange that was let through and is over; *tokens* as counted by the gateway, if it did."""
        ...


@dataclass(slots=True)
class Ledger:
    """What all connections of one tap share: the settings of recording and the finished exchanges; thread-safe.

    *on_event* hears of each exchange while it goes on; without *keep* that is all that becomes of it. *gate* hears of its end.
    *stopped* says in words that the client is being stopped, and by what, from then on.
    """

    bounds: CaptureLimits
    redactor: Redactor
    stall_after_s: float
    on_event: OnEvent | None = None
    keep: bool = True
    gate: RequestGate | None = None
    last_activity_s: float = 0.0
    stopped: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbered: int = 0
    _finished: list[Exchange] = field(default_factory=list)
    _left_out: int = 0

    def next_number(self) -> int:
        """Return the number of the request that has just arrived, from 1."""
        with self._lock:
            self._numbered += 1
            return self._numbered

    def add(self, exchange: Exchange, tokens: int | None = None) -> None:
        """Store a finished exchange, and report it with its *tokens* as counted by the gateway."""
        if self.gate is not None:
            self.gate.ended(exchange, tokens)
        if self.keep:
            with self._lock:
                self._store(exchange)
        if self.on_event is not None:
            self.on_event(ended(exchange))

    def remark(self, at_s: float, text: str) -> None:
        """Report something outside of any exchange."""
        if self.on_event is not None:
            self.on_event(Remarked(at_s, text))

    def exchanges(self) -> tuple[Exchange, ...]:
        """Return the finished exchanges in the order of arrival of their requests; see :meth:`notes` for those left out."""
        with self._lock:
            return tuple(sorted(self._finished, key=lambda exchange: exchange.number))

    def notes(self) -> tuple[str, ...]:
        """Return notes about exchanges that were not stored."""
        if not self._left_out:
            return ()
        kept = f"the first {self.bounds.exchanges - 1} and the last one were"
        return (f"{self._left_out} of {self._numbered} exchanges were not kept; {kept}",)

    def _store(self, exchange: Exchange) -> None:
        """Store *exchange*; beyond the limit, the latest one replaces the one before.

        The first one that is not whole is never lost: it replaces the one before that, if needed.
        """
        kept = self._finished
        if len(kept) < self.bounds.exchanges:
            kept.append(exchange)
            return
        before, kept[-1] = kept[-1], exchange
        self._left_out += 1
        if len(kept) > 1 and before.ending not in WHOLE_ENDINGS and all(each.ending in WHOLE_ENDINGS for each in kept[:-1]):
            kept[-2] = before


@dataclass(frozen=True, slots=True)
class Wiring:
    """The way to the gateway, and what happens on it; *stopping* is a socket that hangs up when the tap is closed.

    *schedule* is None without faults, *gate* if every request may pass, *proxy*
    if the way to the gateway is direct.
    """

    origin: GatewayAddress
    context: ssl.SSLContext | None
    rewriter: Rewriter
    ledger: Ledger
    timer: Timer
    stopping: socket.socket
    schedule: "Schedule | None" = None
    gate: RequestGate | None = None
    proxy: "Proxy | None" = None
