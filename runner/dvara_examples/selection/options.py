"""The user's options as typed: plain values that the command line builds and everything else reads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selection:
    """Which examples a command is about; without anything, all that are not opt-in."""

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
    """How often and how far a session runs.

    *last_failed* narrows it to what did not pass the last time; *fail_fast* starts nothing more after the first red run;
    a failed run is retried *retries* times, and stays red unless *allow_flaky*; every run is
    repeated *repeat* times; *shard* is the part of the plan to run here.
    """

    last_failed: bool = False
    fail_fast: bool = False
    retries: int = 0
    allow_flaky: bool = False
    repeat: int = 1
    shard: Shard | None = None


AS_PLANNED = Control()
"""Every run once."""
