"""Whether an example does the same in every language, which no single run can show.

Only runs with the same wire can be compared: those at a gateway whose answers are scripted. What a variant's own
``expect`` overrides, with a ``because``, is meant to differ and does not count; nor does a known failure.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dvara_examples.records.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Disparity:
    """One difference between the languages of an example: *seen* are (language, what it did) pairs, in plan order."""

    example_id: str
    seen: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.example_id}: " + ", ".join(f"{language} {did}" for language, did in self.seen)


@dataclass(frozen=True, slots=True)
class _Aspect:
    """Something to compare, unless one of the expectations in *meant* was overridden: *did* describes what a run did.

    Runs are alike if *like* returns the same for both.
    """

    did: Callable[[Transcript], str]
    like: Callable[[Transcript], object]
    meant: frozenset[str]


def parity(transcripts: Iterable[Transcript]) -> tuple[Disparity, ...]:
    """Return the differences between the languages of each example; none if fewer than two can be compared."""
    examples: defaultdict[str, list[Transcript]] = defaultdict(list)
    for transcript in transcripts:
        if _comparable(transcript):
            examples[transcript.run.example_id].append(transcript)
    return tuple(found for example_id, runs in examples.items() for found in _differences(example_id, runs))


def _comparable(transcript: Transcript) -> bool:
    """Tell whether a run shows how its example behaves on a wire that the other languages had too."""
    end = transcript.process
    return transcript.scripted and transcript.known_failure is None and end.error is None and not end.interrupted


def _differences(example_id: str, runs: list[Transcript]) -> Iterator[Disparity]:
    for aspect in _ASPECTS:
        compared = [run for run in runs if aspect.meant.isdisjoint(run.overrides)]
        if len({aspect.like(run) for run in compared}) > 1:
            yield Disparity(example_id, tuple((run.run.language, aspect.did(run)) for run in compared))


def _exit(run: Transcript) -> str:
    return run.process.signal or "no exit code" if run.process.exit_code is None else f"exit {run.process.exit_code}"


def _success(run: Transcript) -> bool:
    """Tell whether the process reported success; which other exit code it chose is up to the language."""
    return run.process.exit_code == 0


def _endings(run: Transcript) -> str:
    return "ends " + (" then ".join(exchange.ending for exchange in run.exchanges) or "without a request")


def _requests(run: Transcript) -> str:
    number = len(run.exchanges)
    return "1 request" if number == 1 else f"{number} requests"


def _printed(run: Transcript) -> str:
    """Say whether more than white space went to stdout."""
    return "printed text" if run.stdout.text.strip() else "printed nothing"


_ASPECTS = (
    _Aspect(_exit, _success, frozenset({"exit", "limit"})),
    _Aspect(_requests, _requests, frozenset({"requests", "responses"})),
    _Aspect(_endings, _endings, frozenset({"ends", "requests", "responses"})),
    _Aspect(_printed, _printed, frozenset({"stdout", "stdout_json", "prints_the_stream"})),
)
