"""One check, and its result."""

from dataclasses import dataclass
from enum import StrEnum

from dvara_examples.core.errors import Diagnosis


class CheckState(StrEnum):
    """The state of one check."""

    OK = "ok"
    NOTE = "note"
    """Runs work; but there is something to know."""
    WRONG = "wrong"
    """Runs that need it do not work until it is fixed."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked (*topic*), its state, in words, and the *hint* if there is something to fix.

    *details* are lines that belong to it, each with a state, a text and a hint.
    """

    topic: str
    state: CheckState
    text: str
    hint: str = ""
    details: tuple["Check", ...] = ()

    @classmethod
    def of(cls, topic: str, state: CheckState, diagnosis: Diagnosis) -> "Check":
        """Turn a diagnosis into a check."""
        return cls(topic, state, diagnosis.cause, diagnosis.hint)

    def as_plain(self) -> dict[str, object]:
        """Return the check as plain values, for programs."""
        plain: dict[str, object] = {"topic": self.topic, "state": self.state.value, "text": self.text, "hint": self.hint}
        plain["mend"] = self.hint  # the old name of hint, for one release
        return plain | {"details": [detail.as_plain() for detail in self.details]}
