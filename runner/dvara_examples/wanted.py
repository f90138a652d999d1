"""What the user asked for, as typed: plain values that the command line builds and everything else reads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selection:
    """Which examples a command is about; nothing at all means every one that is not explicit."""

    selectors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing was named."""
        return self == Selection()
