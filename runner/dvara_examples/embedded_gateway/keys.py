"""The keys that the embedded gateway accepts, each with its script of answers."""

import secrets
import threading
from collections.abc import Sequence

from dvara_examples.embedded_gateway.answer import Answer


def new_key() -> str:
    """Return a random key in the gateway's shape: ``gw_`` and 40 hexadecimal digits."""
    return f"gw_{secrets.token_hex(20)}"


class _Script:
    """The answers of one key; request k gets answer k, and the last one repeats."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._answers = tuple(answers)
        self._next = 0

    def take(self) -> Answer | None:
        """Return the next answer, or None where there is no script."""
        if not self._answers:
            return None
        answer = self._answers[min(self._next, len(self._answers) - 1)]
        self._next += 1
        return answer


class KeyRing:
    """Keys and scripts; safe to use from several threads."""

    def __init__(self) -> None:
        self._scripts: dict[str, _Script] = {}
        self._lock = threading.Lock()

    def add(self, key: str, answers: Sequence[Answer] = ()) -> None:
        """Accept *key*; without answers it is served from the default answers."""
        with self._lock:
            self._scripts[key] = _Script(answers)

    def remove(self, key: str) -> None:
        """Accept *key* no longer; an unknown one is no error."""
        with self._lock:
            self._scripts.pop(key, None)

    def __contains__(self, key: object) -> bool:
        with self._lock:
            return key in self._scripts

    def take(self, key: str) -> Answer | None:
        """Return the scripted answer to the next request of *key*, None where the default answers answers."""
        with self._lock:
            script = self._scripts.get(key)
            return script.take() if script else None
