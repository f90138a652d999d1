"""Applies the faults of one client connection: takes the gateway's bytes, and returns the steps that are due.

Nothing here waits. The relay asks for the next step whenever something has happened or :attr:`Spoiler.resume_at_s` has come,
and does not read from the gateway while steps are left: what a fault holds back costs no memory.
"""

from collections import deque

from dvara_examples.core.clock import Timer
from dvara_examples.tap.ending import CloseKind, GatewayClosed
from dvara_examples.tap.faulty_response import SpoiledResponse
from dvara_examples.tap.schedule import Schedule
from dvara_examples.wire.parts import Fin, Hold, Note, Rst, Send, Step, Wait


class Spoiler:
    """The responses of one connection with the faults of *schedule*; belongs to the one thread that relays."""

    def __init__(self, schedule: Schedule, timer: Timer) -> None:
        self.resume_at_s: float | None = None
        self._schedule = schedule
        self._timer = timer
        self._responses: deque[SpoiledResponse] = deque()
        self._steps: deque[Step | GatewayClosed] = deque()

    @property
    def busy(self) -> bool:
        """Whether steps are left, or the next one is waited for."""
        return bool(self._steps) or self.resume_at_s is not None

    def begin(self, method: str, target: str) -> None:
        """Note a request: the next unclaimed response belongs to it."""
        response = SpoiledResponse(self._schedule.next_request(), method, target)
        self._responses.append(response)
        self._steps.extend(map(Note, self._schedule.told()))
        self._steps.extend(response.begin())

    def take(self, data: memoryview) -> None:
        """Add bytes from the gateway."""
        rest = bytes(data)
        while rest:
            if not self._responses:  # nobody asked for these
                self._steps.append(Send(rest))
                return
            taken, steps = self._responses[0].feed(rest)
            self._steps.extend(steps)
            rest = rest[taken:]
            if self._responses[0].complete:
                self._responses.popleft()

    def gateway_closed(self, close: CloseKind, why: str) -> None:
        """Note that the gateway has closed its side."""
        if self._responses:
            self._steps.extend(self._responses.popleft().gateway_closed())
        self._steps.append(GatewayClosed(close, why))

    def next_step(self) -> Step | GatewayClosed | None:
        """Return what to do now, or None if there is nothing, or not yet."""
        if self.resume_at_s is not None:
            if self._timer() < self.resume_at_s:
                return None
            self.resume_at_s = None
        if not self._steps or isinstance(self._steps[0], Hold):
            return None
        step = self._steps.popleft()
        if isinstance(step, Wait):
            self.resume_at_s = self._timer() + step.seconds
            return None
        if isinstance(step, Fin | Rst):
            self._steps.clear()
        return step

    def postpone(self, step: Step, for_s: float) -> None:
        """Take *step* back, for some seconds."""
        self._steps.appendleft(step)
        self.resume_at_s = self._timer() + for_s
