"""The recording of one side of one exchange: timed bytes, and how it ended."""

from dataclasses import dataclass
from enum import StrEnum

from dvara_examples.tap.ending import CloseKind


@dataclass(frozen=True, slots=True)
class TimedBytes:
    """Bytes that were sent or received in one go, in seconds since the check began."""

    at_s: float
    data: bytes


@dataclass(frozen=True, slots=True)
class SideRecording:
    """One response as one side saw it.

    *close* says how it ended; for the provider, ``CLIENT`` means that the gateway left, at *ended_at_s*. *asked_model* and
    *asked_target* are the model and the target in the request that the provider got.
    *cut*: a body that the connection's end delimits was cut, because the gateway
    asked by HTTP/1.0, where no cut can be seen.
    """

    pieces: tuple[TimedBytes, ...]
    close: CloseKind
    began_at_s: float
    ended_at_s: float
    asked_model: str | None = None
    cut: bool = False
    asked_target: str | None = None


class EffectKind(StrEnum):
    """The effects of a gateway on what the provider did, the worst first."""

    HIDDEN = "hidden"
    """An answer that is not whole reaches the client as a whole one, or as a response that ends in good order."""
    CHANGED = "changed"
    """Events, text, ids, finish reason, usage, comments, status or ``[DONE]`` are not what the provider sent."""
    KEPT_RUNNING = "kept running"
    """The client left, and the provider did not hear of it in time."""
    RETRIED = "retried"
    """The provider got more than one request."""
    DELAYED = "delayed"
    """Text reaches the client late."""
    CANNOT_TELL = "cannot tell"
    """What was seen does not decide it."""
    REPORTED = "reported"
    """A failure became an error that clients can see."""
    PASSED_ON = "passed on"
    """The client got what the provider sent."""


SEVERITY = tuple(EffectKind)


@dataclass(frozen=True, slots=True)
class GatewayEffect:
    """One effect of a gateway, with the facts in *detail*."""

    kind: EffectKind
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else str(self.kind)
