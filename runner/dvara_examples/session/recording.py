"""Runs one script once and turns what was seen into expectations that will be seen again.

Only what a second run would show too is asserted: how the process and each exchange ended, what was asked for, whether the text
of the wire stood on stdout. Times, and words that a model chooses, are not; what was left out is told with its reason.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import SelectionError, ToolchainError
from dvara_examples.core.world import World
from dvara_examples.expectations import parse_expectation
from dvara_examples.gateways import Gateway
from dvara_examples.manifest import Example, Origin, Variant
from dvara_examples.records.budget import NO_BOUNDS, UsageMeter, allowance_for
from dvara_examples.records.model import Limits
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.session.execute import Execution, execute
from dvara_examples.session.plan import PlannedRun
from dvara_examples.toolchains import Missing, Progress, languages, load_toolchain

_LEAST_PIECES, _LEAST_SPREAD_S = 5, 0.2
"""Of fewer or faster pieces a busy machine could hide whether they were shown as they came."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The *entry* as plain values, and what it does *not assert*, each with the reason."""

    entry: Mapping[str, object]
    not_asserted: tuple[str, ...]


def record(file: Path, example_id: str | None, title: str | None, world: World, gateway: Gateway, progress: Progress) -> Recorded:
    """Run the script *file* once against *gateway* and return an entry that it fulfils.

    Where *example_id* is None it is made from the file's name. Raises SelectionError for what is no script of a known language,
    and ToolchainError where it cannot be run, or did not end by itself.
    """
    language = _language(file)
    name = example_id or _id_from(file)
    seen = _run(file, language, name, world, gateway, progress)
    if (reason := _says_nothing(seen)) is not None:
        raise ToolchainError(reason)
    expect, left_out = _expectations(seen)
    relative = os.path.relpath(file, world.manifest_path.parent).replace(os.sep, "/")
    shown = title or name.replace("-", " ").capitalize()
    return Recorded({"id": name, "title": shown, "expect": expect, "variants": {language: relative}}, tuple(left_out))


def _language(file: Path) -> str:
    suffixes = {suffix: language for language in languages() for suffix in load_toolchain(language).suffixes}
    if not file.is_file():
        raise SelectionError(f"{file} is no file; the path of a script is accepted")
    if file.suffix not in suffixes:
        raise SelectionError(f"{file} is no script of a language that is known; {', '.join(sorted(suffixes))} are accepted")
    return suffixes[file.suffix]


def _id_from(file: Path) -> str:
    """Return the words of the file's name as an id."""
    return "-".join(re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", file.stem)).lower() or "recorded"


def _run(file: Path, language: str, name: str, world: World, gateway: Gateway, progress: Progress) -> Transcript:
    toolchain = load_toolchain(language)
    runtime = toolchain.probe(world)
    if isinstance(runtime, Missing):
        raise ToolchainError(runtime.reason)
    command = toolchain.prepare(runtime, file.parent, world, progress).command(file)
    nowhere = Origin(world.shown(file), 1, 1)
    variant = Variant(name, language, file, world.shown(file), (), {}, Limits(), {}, (), None, None, nowhere)
    example = Example(name, name, (), (), (), {}, (), Limits(), (variant,), nowhere)
    secrets = tuple(filter(None, (world.env("DVARA_API_KEY"),)))
    meter = UsageMeter(allowance_for(gateway.kind, NO_BOUNDS))
    return execute(PlannedRun(variant, example, runtime), command, Execution(world, gateway, secrets, meter))


def _says_nothing(seen: Transcript) -> str | None:
    """Return why nothing can be learnt from the run, or None."""
    end = seen.process
    if end.error is not None:
        return end.error
    if end.limit is not None:
        return f"the script had to be ended at its {end.limit} limit, so how it ends is not known; let it end by itself first"
    return None


def _expectations(seen: Transcript) -> tuple[dict[str, object], list[str]]:
    """Return the expectations that hold, and what was left out."""
    held: dict[str, object] = {}
    left_out: list[str] = []
    for key, value in _candidates(seen):
        finding = parse_expectation(key, value).check(seen)
        if finding.ok:
            held[key] = value
        else:
            left_out.append(f"{key}, which does not hold: {finding.sentence or finding.seen}")
    left_out += _never_asserted(seen, held)
    return held, left_out


def _candidates(seen: Transcript) -> Iterator[tuple[str, object]]:
    """Yield what may be asserted, in the order in which manifests say it."""
    end, exchanges = seen.process, seen.exchanges
    yield "exit", {"signal": end.signal} if end.signal else end.exit_code
    if end.leaks:
        yield "leaks", "any"
    last = seen.last_exchange
    if last is not None:
        endings = [exchange.ending.value for exchange in exchanges]
        yield "ends", endings[0] if len(endings) == 1 else endings
        if last.finish_reason:
            yield "finish_reason", last.finish_reason
    yield "requests", len(exchanges)
    if last is None:
        return
    statuses = [exchange.response.status if exchange.response else "none" for exchange in exchanges]
    if statuses != [200]:
        yield "responses", statuses
    targets = {exchange.request.target for exchange in exchanges}
    if len(targets) == 1 and "?" not in last.request.target:
        yield "path", last.request.target
    if any(exchange.text.strip() for exchange in exchanges):
        yield "prints_the_stream", True
    if _can_be_watched(max(exchanges, key=lambda exchange: len(exchange.text))):
        yield "progressive", True
    if not seen.stderr.size_bytes:
        yield "stderr", {"equals": ""}


def _can_be_watched(exchange: Exchange) -> bool:
    """Tell whether the pieces of the text came far enough apart to see when each was printed."""
    times = [event.at_s for event in exchange.events if event.text]
    return len(times) >= _LEAST_PIECES and times[-1] - times[0] >= _LEAST_SPREAD_S


def _never_asserted(seen: Transcript, held: Mapping[str, object]) -> Iterator[str]:
    yield "times and the number of pieces, as they differ from run to run"
    if not seen.scripted:
        yield "what the answer says, as this gateway answers as it likes"
    if "prints_the_stream" not in held and seen.stdout.size_bytes:
        yield "the words on stdout, as only you know which of them matter; add stdout: {contains: ...}"
    if seen.stderr.size_bytes:
        yield "the words on stderr, as only you know which of them matter; add stderr: {contains: ...}"
    if "progressive" not in held and "prints_the_stream" in held:
        yield "progressive, as too few pieces came, or too fast, to see it"
