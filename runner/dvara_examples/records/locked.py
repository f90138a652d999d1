"""Messages about dependencies that no lock file pins, and how to find them again in notes."""

import re
from collections import Counter
from collections.abc import Iterable

from dvara_examples.records.results import RunResult

_UNLOCKED = re.compile(r"^(?P<place>.*), not locked(?:, resolved on (?P<day>[\d-]+))?$", re.DOTALL)


def not_locked(place: str, day: str) -> str:
    """Say that the dependencies of *place* are not locked, and that they were resolved on *day*."""
    return f"{place}, not locked" + (f", resolved on {day}" if day else "")


def unlocked_places(results: Iterable[RunResult]) -> tuple[str, ...]:
    """Return each place whose dependencies were not locked in *results*, with their day of resolution and the number of runs."""
    seen = (result.transcript.run.dependencies for result in results if result.transcript is not None)
    counts = Counter(match.groups() for words in seen if (match := _UNLOCKED.match(words)))
    return tuple(
        f"{place} ({f'resolved on {day}, ' if day else ''}{count} run{'s' if count > 1 else ''})"
        for (place, day), count in counts.items()
    )


def is_unlocked(result: RunResult) -> bool:
    """Tell whether a run had dependencies that no lock file pins."""
    return result.transcript is not None and _UNLOCKED.match(result.transcript.run.dependencies) is not None
