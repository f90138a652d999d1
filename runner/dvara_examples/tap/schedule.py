"""Which request, or connection, gets which faults: the entries of a list, used up in order of arrival."""

import threading
from collections import deque
from collections.abc import Sequence

from dvara_examples.faults import Faults
from dvara_examples.records.transcript import FaultNote

REFUSE = "refuse"


class Schedule:
    """The entries of one run, shared by all connections of a tap; thread-safe.

    Each request takes the next entry. If the next one is ``refuse``, a new connection takes it, and is refused.
    """

    def __init__(self, entries: Sequence[Faults]) -> None:
        self._lock = threading.Lock()
        self._left = deque(entries)
        self._refused: list[int] = []

    def refuses(self, connection: int) -> bool:
        """Tell whether the *connection* that has just come must be refused."""
        with self._lock:
            if not self._left or not _refuse(self._left[0]):
                return False
            self._left.popleft()
            self._refused.append(connection)
            return True

    def next_request(self) -> Faults:
        """Return the faults for the response to the request that has just come; none after the last entry."""
        with self._lock:
            return self._left.popleft() if self._left else ()

    def told(self) -> tuple[FaultNote, ...]:
        """Return notes about connections that were refused since the last call, because they have no exchange."""
        with self._lock:
            notes = tuple(map(self.refusal, self._refused))
            self._refused.clear()
            return notes

    def untold(self) -> tuple[FaultNote, ...]:
        """Return the same notes while no request has come since, and keep them."""
        with self._lock:
            return tuple(map(self.refusal, self._refused))

    @staticmethod
    def refusal(connection: int) -> FaultNote:
        """Say that a *connection* was refused."""
        return FaultNote(REFUSE, f"connection {connection} was reset before it was read")


def _refuse(faults: Faults) -> bool:
    return any(fault.key == REFUSE for fault in faults)
