"""What one session may spend at a gateway: limits on requests and tokens, shared by all of its runs.

A limit is checked when a request arrives: a request that was let through continues to its end, so parallel runs can exceed
the token limit by what is in progress. Tokens are those that the gateway counts (``usage`` of an answer
or of a chunk); without a count, four characters of request and answer count as one.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from dvara_examples.records.transcript import Exchange

URL_REQUESTS = 200
"""So many requests a session sends to a gateway at a URL, unless the user says otherwise."""
RAISE_IT = "raise --max-requests or --max-tokens, or select fewer examples"
"""What to do where a bound is reached."""
CHARS_PER_TOKEN = 4
_FIRST_ERROR_STATUS = 400


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may be spent; None means no limit."""

    requests: int | None = None
    tokens: int | None = None

    def __str__(self) -> str:
        parts = [(self.requests, "request"), (self.tokens, "token")]
        return " and ".join(_counted(number, what) for number, what in parts if number is not None)


NO_BOUNDS = Budget()
"""Everything may be spent."""


def allowance_for(kind: str, asked: Budget) -> Budget:
    """Return the limits at a gateway of *kind*: those *asked* for, and a generous one on requests to a URL."""
    if kind == "url" and asked.requests is None:
        return replace(asked, requests=URL_REQUESTS)
    return asked


def cost_reminder(runs: int, gateway: str, budget: Budget) -> str:
    """Return what a user should know before the first of *runs* sends requests to a *gateway* on another machine."""
    send = "1 run sends its" if runs == 1 else f"{runs} runs send their"
    return f"{send} requests to {gateway}, which may cost money; the limit is {budget}"


_COUNTING_S = 0.1
"""How long a request waits at most until the answers before it are counted."""


class UsageMeter:
    """Counts what a session spends of its budget; safe to use from several threads."""

    def __init__(self, budget: Budget) -> None:
        self._allowance = budget
        self._lock = threading.Lock()
        self._requests = 0
        self._tokens = 0

    @property
    def bounds_tokens(self) -> bool:
        """Whether tokens are limited."""
        return self._allowance.tokens is not None

    @property
    def spent(self) -> str | None:
        """The limit that is reached, in words, or None."""
        with self._lock:
            return self._spent()

    def allow(self) -> str | None:
        """Count a request that has arrived and return None, or return why it must not be passed on."""
        with self._lock:
            refusal = self._spent()
            if refusal is None:
                self._requests += 1
            return refusal

    def ended(self, exchange: Exchange, tokens: int | None) -> None:
        """Add what an exchange used: *tokens* as counted by the gateway, an estimate if it did not count."""
        used = estimated_tokens(exchange) if tokens is None else tokens
        with self._lock:
            self._tokens += used

    def _spent(self) -> str | None:
        allowed = self._allowance
        if allowed.requests is not None and self._requests >= allowed.requests:
            return f"the bound of {_counted(allowed.requests, 'request')} is reached"
        if allowed.tokens is not None and self._tokens >= allowed.tokens:
            return f"the bound of {_counted(allowed.tokens, 'token')} is reached"
        return None


class RunMeter:
    """One run's access to the *meter* that all runs share; *refused* says why a request of this run was not passed on.

    *on_request* is called for each request that arrives. If tokens are limited, a request waits briefly for the previous ones of
    this run: an answer is passed on before it is read, so the client may ask again before its tokens are counted.
    """

    def __init__(self, meter: UsageMeter, on_request: Callable[[], None] = lambda: None) -> None:
        self.refused: str | None = None
        self._meter = meter
        self._on_request = on_request
        self._counted = threading.Condition()
        self._open = 0  # exchanges that were let through and are not counted yet

    def allow(self) -> str | None:
        """Ask the shared meter, and remember a refusal."""
        self._on_request()
        with self._counted:
            if self._meter.bounds_tokens:
                self._counted.wait_for(lambda: self._open == 0, _COUNTING_S)
            refusal = self._meter.allow()
            self._open += refusal is None
        self.refused = self.refused or refusal
        return refusal

    def ended(self, exchange: Exchange, tokens: int | None) -> None:
        """Inform the shared meter."""
        self._meter.ended(exchange, tokens)
        with self._counted:
            self._open = max(self._open - 1, 0)
            self._counted.notify_all()


def estimated_tokens(exchange: Exchange) -> int:
    """Return about how many tokens *exchange* used; a request refused with an error status used none."""
    if exchange.response is None or exchange.response.status >= _FIRST_ERROR_STATUS:
        return 0
    return (exchange.request.body_size_bytes + len(exchange.text)) // CHARS_PER_TOKEN


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
