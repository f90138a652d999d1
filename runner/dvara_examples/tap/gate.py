"""What a tap asks before it passes a request on, where somebody keeps an eye on what is spent."""

from typing import Protocol

from dvara_examples.records.transcript import Exchange


class RequestGate(Protocol):
    """Decides about requests; called from the threads that relay, so it waits a moment at most."""

    def allow(self) -> str | None:
        """Let the request that has just arrived through (None), or return why not; then nothing of it goes upstream."""
        ...

    def ended(self, exchange: Exchange, tokens: int | None) -> None:
        """Take note of an exchange that was let through and is over; *tokens* as the gateway counted them, if it did."""
        ...
