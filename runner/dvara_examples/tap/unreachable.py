"""What stands in the way of a connection, in words, and how its coming about is waited for."""

from collections.abc import Callable

Ready = Callable[[int, int, float], bool]
"""Waits for a file descriptor to show poll events, at most so many seconds; False where they did not come."""


class Unreachable(Exception):  # noqa: N818 - a state of the gateway
    """No connection came about; ``str()`` is the reason in words."""


def words(error: OSError) -> str:
    """Return what the operating system says about *error*, in lower case."""
    return (error.strerror or str(error) or type(error).__name__).lower()
