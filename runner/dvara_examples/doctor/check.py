"""One check, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum

from dvara_examples.core.errors import Diagnosis


class CheckState(StrEnum):
    """How one thing stands."""

    OK = "ok"
    NOTE = "note"
    """Runs work; but there is something to know."""
    WRONG = "wrong"
    """Runs that need it do not work until it is fixed."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at (*topic*), how it stands, in words, and the *hint* where there is something to fix.

    *details* are things that belong to it: lines with a state, a text and a hint of their own.
    """

    topic: str
    state: CheckState
    text: str
    hint: str = ""
    details: tuple["Check", ...] = ()

    @classmethod
    def of(cls, topic: str, state: CheckState, diagnosis: Diagnosis) -> "Check":
        """Put a diagnosis into a check."""
        return cls(topic, state, diagnosis.cause, diagnosis.hint)

    def as_plain(self) -> dict[str, object]:
        """Return the check as plain values, for a program to read."""
        plain: dict[str, object] = {"topic": self.topic, "state": self.state.value, "text": self.text, "hint": self.hint}
        plain["mend"] = self.hint  # the old name of hint, for one release
        return plain | {"details": [detail.as_plain() for detail in self.details]}
