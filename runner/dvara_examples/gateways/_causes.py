"""The causes of an error of a client library."""

from collections.abc import Iterator


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and all its causes; urllib3 keeps them in ``reason`` and ``args``."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        linked = (current.__cause__, current.__context__, getattr(current, "reason", None), *current.args)
        waiting.extend(link for link in linked if isinstance(link, BaseException))
