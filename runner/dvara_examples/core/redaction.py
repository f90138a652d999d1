"""Keeps secrets out of everything that is stored or shown."""

from collections.abc import Iterable
from dataclasses import dataclass

MASK = b"*"


@dataclass(frozen=True, slots=True)
class Redactor:
    """Replaces every occurrence of its secrets with as many asterisks, so that offsets and sizes stay the same."""

    secrets: tuple[str, ...] = ()

    @classmethod
    def of(cls, secrets: Iterable[str | None]) -> "Redactor":
        """Build one from possible secrets; empty and missing values are ignored, longer secrets are replaced first."""
        return cls(tuple(sorted({s for s in secrets if s}, key=len, reverse=True)))

    def data(self, data: bytes) -> bytes:
        """Return *data* without secrets, of the same length."""
        for secret in self.secrets:
            raw = secret.encode()
            if raw in data:
                data = data.replace(raw, MASK * len(raw))
        return data

    def text(self, text: str) -> str:
        """Return *text* without secrets."""
        for secret in self.secrets:
            text = text.replace(secret, "*" * len(secret))
        return text

    def __repr__(self) -> str:
        return f"Redactor(<{len(self.secrets)} hidden>)"
