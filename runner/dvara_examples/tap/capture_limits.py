"""How much is kept of what passes; beyond these bounds only counters go on."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class CaptureLimits:
    """Limits per exchange, so that a million events or a gigabyte of body cost no more memory than these; and their number."""

    request_body_bytes: int = MIB
    response_body_bytes: int = 256 * KIB
    answer_bytes: int = 4 * MIB
    """How much of an answer that is no stream is held while it comes, to be read as JSON at its end."""
    text_bytes: int = 4 * MIB
    events: int = 2_000
    event_chars: int = 16 * KIB
    """How much of one event's data and text is kept."""
    pieces: int = 10_000
    exchanges: int = 1_000
    """How many are kept of what a client asks that never stops asking."""
