"""The keys that the embedded gateway accepts, each with its script of answers."""

import secrets
import threading
from collections.abc import Callable, Sequence

from dvara_examples.embedded_gateway.answer import Answer


def new_key() -> str:
    """Return a random key in the gateway's format: ``gw_`` and 40 hexadecimal digits."""
    return f"gw_{secrets.token_hex(20)}"


class _Script:
    """The answers of one key; request k gets answer k, and the last one repeats."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._answers = tuple(answers)
        self.taken = 0

    def take(self) -> Answer | None:
        """Return the next answer, or None if there is no script."""
        self.taken += 1
        return self._answers[min(self.taken, len(self._answers)) - 1] if self._answers else None


class KeyRing:
    """Keys and scripts; safe to use from several threads. *spell* adapts the notation of each answer."""

    def __init__(self, spell: Callable[[Answer], Answer] = lambda answer: answer) -> None:
        self.spell = spell
        self._scripts: dict[str, _Script] = {}
        self._marked: dict[str, tuple[_Script, int]] = {}
        self._unmarked = 0
        self._lock = threading.Lock()

    def add(self, key: str, answers: Sequence[Answer] = ()) -> None:
        """Accept *key*; without answers it gets the default answers."""
        with self._lock:
            self._scripts[key] = _Script(answers)

    def remove(self, key: str) -> None:
        """Stop accepting *key*; an unknown one is not an error."""
        with self._lock:
            self._scripts.pop(key, None)

    def __contains__(self, key: object) -> bool:
        with self._lock:
            return key in self._scripts

    def add_mark(self, mark: str, answers: Sequence[Answer]) -> None:
        """Answer requests that contain *mark* anywhere (path, header or body) with *answers*, whatever their key."""
        with self._lock:
            self._marked[mark] = _Script(answers), self._unmarked

    def remove_mark(self, mark: str) -> tuple[int, int]:
        """Forget *mark*; return how many requests had it, and how many without any mark came since it was added."""
        with self._lock:
            script, unmarked_before = self._marked.pop(mark)
            return script.taken, self._unmarked - unmarked_before

    def take_marked(self, text: bytes) -> Answer | None:
        """Return the answer to a request with this path, headers and body as *text*, None if it has no mark."""
        with self._lock:
            script = next((script for mark, (script, _) in self._marked.items() if mark.encode() in text), None)
            if script is None:
                self._unmarked += bool(self._marked)
                return None
            return script.take()

    @property
    def marks(self) -> bool:
        """Whether marks are currently used to tell requests apart."""
        with self._lock:
            return bool(self._marked)

    def take(self, key: str) -> Answer | None:
        """Return the scripted answer to the next request of *key*, None for the default answers."""
        with self._lock:
            script = self._scripts.get(key)
            return script.take() if script else None
