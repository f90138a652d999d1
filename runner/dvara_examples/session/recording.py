"""Runs one script once and turns what happened into expectations that every run will fulfil.

It only asserts what a second run would show too: how the process and each exchange ended, what was requested, whether the text
of the wire was on stdout. It asserts no times and no words of a model; what it leaves out is reported with the reason.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dvara_examples.core.errors import Diagnosis, ExitCode, NotRecorded, SelectionError, ToolchainError
from dvara_examples.core.own_folder import own_folder
from dvara_examples.core.world import World
from dvara_examples.expectations import parse_expectation
from dvara_examples.manifest import Example, Manifest, Origin, Variant
from dvara_examples.process.environment import PASSED_ON
from dvara_examples.records.crash import crashed, error_line, variables_named
from dvara_examples.records.model import Limits
from dvara_examples.records.results import Preparing, RunEvent, RunResult, Summary
from dvara_examples.records.run_folder import RunFolder
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.scaffold.script_lines import why_no_request
from dvara_examples.session.choice import Chosen
from dvara_examples.session.plan import MissingToolchain
from dvara_examples.session.prepare import Options
from dvara_examples.session.run import report_to, run
from dvara_examples.session.surroundings import WELL_KNOWN
from dvara_examples.toolchains import Progress, languages, load_toolchain

_LEAST_PIECES, _LEAST_SPREAD_S = 5, 0.2
"""Of fewer or faster pieces a busy machine could hide whether they were shown as they came."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The *entry* as plain values, and what it does *not assert*, each with the reason.

    *language* and *path* are those of the script; *joins* is set if the example exists already and gets a variant.
    """

    entry: Mapping[str, object]
    not_asserted: tuple[str, ...]
    language: str
    path: str
    joins: bool = False


@dataclass(frozen=True, slots=True)
class ToRecord:
    """A script, and the id of its example: *example_id*, else the file's name. It may *join* an example."""

    file: Path
    example_id: str | None = None
    title: str | None = None
    join: Example | None = None


def record(order: ToRecord, world: World, gateway: str, progress: Progress) -> Recorded | None:
    """Run the script once against *gateway* and return an entry that it fulfils; None if interrupted.

    Raises SelectionError if it is not a script of a known language, ToolchainError if it cannot be run or did not end by
    itself, and NotRecorded if it crashed, sent no request, or does not do what the example that it joins expects.
    """
    file, language = order.file, language_of(order.file)
    name = order.example_id or id_from(file)
    seen = _run(order, language, name, world, gateway, progress)
    if seen is None:
        return None
    if (problem := _says_nothing(seen)) is not None:
        raise ToolchainError(problem)
    _refuse_false_green(seen, file, world)
    relative = os.path.relpath(file, world.manifest_path.parent).replace(os.sep, "/")
    if order.join is not None:
        _refuse_misfit(seen, order.join)
        return Recorded({}, (), language, relative, joins=True)
    expect, left_out = expectations_of(seen)
    shown = order.title or name.replace("-", " ").capitalize()
    entry = {"id": name, "title": shown, "expect": expect, "variants": {language: relative}}
    return Recorded(entry, tuple(left_out), language, relative)


def _refuse_false_green(seen: Transcript, file: Path, world: World) -> None:
    """Raise NotRecorded if the run went wrong in a way that no entry should assert."""
    error = crashed(seen)
    shown = world.shown(file)
    if not seen.exchanges:
        raise NotRecorded("\n".join(["no request reached the gateway", *no_request_lines(seen, file, shown)]), _GIVEN)
    if error is not None:
        raise NotRecorded(f"the script crashed, and a crash is nothing to expect\n{error}", f"mend {shown} first")


_GIVEN = (
    f"a script gets DVARA_URL and DVARA_API_KEY; of your own variables only {', '.join(sorted(PASSED_ON)[:4])} and the like are "
    "passed on. In the manifest, `env:` sets others, `endpoint:` names those for address and key, and `listen:` serves a fixed "
    "address"
)


def no_request_lines(seen: Transcript, file: Path, shown: str) -> Iterator[str]:
    """Yield possible reasons why requests of the script *file* did not reach the gateway: its error, addresses and variables."""
    error = error_line(seen.stderr.text)
    if error:
        yield error
    yield from seen.notes
    try:
        text = file.read_text("utf-8", errors="replace")
    except OSError:
        return
    reasons = list(why_no_request(text, ("DVARA_URL", "DVARA_API_KEY", *WELL_KNOWN, *PASSED_ON), language_of(file)))
    named = variables_named(error)
    certain = [reason for reason in reasons if any(f"reads {name}," in reason for name in named)]
    yield from (f"{shown}:{reason}" for reason in (certain or reasons)[:_MOST_REASONS])


_MOST_REASONS = 4


def _refuse_misfit(seen: Transcript, example: Example) -> None:
    """Raise NotRecorded if the script does not do what *example* expects of all its languages."""
    findings = (parse_expectation(key, value).check(seen) for key, value in example.expect.items())
    misfits = [f"{f.key}: {f.sentence or f'expected {f.expected}, found {f.seen}'}" for f in findings if not f.ok]
    if misfits:
        cause = f"{example.id} ({example.origin}) expects what this script does not do\n" + "\n".join(misfits)
        raise NotRecorded(cause, "record it as a separate example, or add the variant by hand with its own expect")


def language_of(file: Path) -> str:
    """Return the language of the script *file*. Raises SelectionError if it is not a script of a known one."""
    suffixes = {suffix: language for language in languages() for suffix in load_toolchain(language).suffixes}
    if not file.is_file():
        raise SelectionError(f"{file} is not a file", "name the path of a script")
    if file.suffix not in suffixes:
        raise SelectionError(f"{file} is not a script in a known language", f"{', '.join(sorted(suffixes))} are accepted")
    return suffixes[file.suffix]


def id_from(file: Path) -> str:
    """Return the words of the file's name as an id."""
    return "-".join(re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", file.stem)).lower() or "recorded"


def _run(order: ToRecord, language: str, name: str, world: World, gateway: str, progress: Progress) -> Transcript | None:
    """Run the script as an example that expects nothing; None if interrupted."""
    result = _Seen(progress)
    with own_folder() as folder:
        options = Options(gateway, missing_toolchain=MissingToolchain.ERROR)
        code, _ = run(world, _chosen(order, language, name, world), options, report_to(result), RunFolder(folder))
    if code is ExitCode.INTERRUPTED:
        return None
    if result.seen is None:
        raise ToolchainError(result.problem)
    return result.seen


def _chosen(order: ToRecord, language: str, name: str, world: World) -> Chosen:
    """Return the script as the one variant of the example that it joins, or of a new one."""
    shown = world.shown(order.file)
    nowhere = Origin(shown, 1, 1)
    variant = Variant(name, language, order.file, shown, (), {}, Limits(), {}, None, None, nowhere)
    example = order.join or Example(name, name, (), (), (), {}, Limits(), (), nowhere)
    if order.join is not None:
        model = order.join.variants[0]
        variant = replace(variant, args=model.args, env=model.env, limits=order.join.limits, packages=model.packages)
    manifest = Manifest(world.manifest_path, world.root, (replace(example, variants=(variant,)),))
    return Chosen(manifest, (variant,))


class _Seen:
    """A reporter that keeps what was *seen* of one run, or the *problem* that occurred; *tell* gets preparations."""

    def __init__(self, tell: Progress) -> None:
        self.seen: Transcript | None = None
        self.problem = Diagnosis("", "")
        self._tell = tell

    def event(self, event: RunEvent) -> None:
        """Report preparations."""
        if isinstance(event, Preparing):
            self._tell(event.text)

    def result(self, result: RunResult) -> None:
        """Keep the result."""
        self.seen, self.problem = result.transcript, result.problem or Diagnosis(result.verdict.reason, "")

    def tick(self) -> None:
        """Ignore the time."""

    def close(self, summary: Summary) -> None:
        """Write nothing."""


def _says_nothing(seen: Transcript) -> Diagnosis | None:
    """Return why nothing can be learnt from the run, or None."""
    end = seen.process
    if end.problem is None and end.limit is not None:
        cause = f"the script was stopped at its {end.limit} limit, so how it ends is unknown"
        return Diagnosis(cause, "make it end by itself first")
    return end.problem


def expectations_of(seen: Transcript) -> tuple[dict[str, object], list[str]]:
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
    """Yield possible assertions, in the usual order of manifests."""
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
