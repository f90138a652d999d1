"""What the user asked for, as typed: plain values that the command line builds and everything else reads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selection:
    """Which examples a command is about; nothing at all means every one that is not opt-in."""

    selectors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing was named."""
        return self == Selection()


@dataclass(frozen=True, slots=True)
class Shard:
    """One of *of* parts of a plan; *index* counts from 1."""

    index: int
    of: int

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"


@dataclass(frozen=True, slots=True)
class Control:
    """How often and how far a session goes.

    *last_failed* narrows it to what did not pass the last time; *fail_fast* starts nothing more after the first run that is
    red; a run that failed is tried *retries* more times, and is red all the same unless *allow_flaky*; every run is held
    *repeat* times; *shard* is the part of the plan that is run here.
    """

    last_failed: bool = False
    fail_fast: bool = False
    retries: int = 0
    allow_flaky: bool = False
    repeat: int = 1
    shard: Shard | None = None


AS_PLANNED = Control()
"""Every run once."""
