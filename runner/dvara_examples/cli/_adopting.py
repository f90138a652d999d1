"""The work of ``init``: finds scripts, writes the manifest, and with ``--run`` records what each script did."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dvara_examples.core.errors import ExitCode, NothingSelected, SelectionError
from dvara_examples.core.world import World
from dvara_examples.scaffold.adopt.groups import Draft
from dvara_examples.scaffold.adopt.script import Surveyed
from dvara_examples.scaffold.adopt.survey import Survey, add, original_of, survey

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class InitOrder:
    """The options of the command."""

    folder: Path
    run: bool
    dry_run: bool
    verbose: bool
    gateway: str


_RUN_THEM = "--run runs only what is new; to run what the manifest has: dvara-examples run all\n"


def adopt(world: World, order: InitOrder) -> int:
    """Find the scripts and write what is new; return the exit code. Raises NothingSelected if no script was found."""
    folder = order.folder
    if not folder.is_relative_to(world.root):
        cause = f"{folder} does not lie in {world.root}, the repository of {world.shown(world.manifest_path)}"
        raise SelectionError(cause, "name a folder inside it, or another manifest")
    found = survey(folder, world)
    for line in _found_lines(found, verbose=order.verbose):
        world.stdout.write(f"{line}\n")
    if not found.scripts:
        if found.known:
            world.stdout.write(f"nothing is new\n{_RUN_THEM}" if order.run else "nothing is new\n")
            return ExitCode.OK
        cause = f"found no script in {world.shown(folder)} that asks a model through a gateway"
        raise NothingSelected(cause, "name another folder, or try one script: dvara-examples record FILE")
    if order.dry_run:
        world.stdout.write(f"would write {world.shown(world.manifest_path)}\n")
        return ExitCode.OK
    original = original_of(world)
    written = add(found, world, original)
    if order.run:
        drafts = _recorded(found, world, order)
        if drafts is None:
            world.stderr.write(f"interrupted; {world.shown(world.manifest_path)} says what was guessed, not what was seen\n")
            return ExitCode.INTERRUPTED
        add(found, world, original, drafts)
    for path in written:
        world.stdout.write(f"wrote {world.shown(path)}\n")
    selectors = "all" if original is None else " ".join(draft.id for draft in found.drafts[:_MOST_NAMED]) or "all"
    where = "" if world.root in (world.cwd, *world.cwd.parents) else f" --manifest {world.shown(world.manifest_path)}"
    world.stdout.write(f"next: dvara-examples run {selectors}{where}\n")
    return ExitCode.OK


def _recorded(found: Survey, world: World, order: InitOrder) -> tuple[Draft, ...] | None:
    """Run every new script once, and return the drafts with the results; None if interrupted."""
    from dvara_examples.selection.options import Selection
    from dvara_examples.session import Options, choose_examples, report_to, run
    from dvara_examples.session.adopting import SeenRuns, still_loads, with_more_time, with_what_was_seen

    options = Options(order.gateway, world.cores)
    ids = tuple(draft.id for draft in found.drafts if draft.runnable)
    if not ids:
        return found.drafts
    seen = SeenRuns(lambda text: world.stderr.write(f"  {text}\n"))
    chosen = choose_examples(world, Selection(ids, (), (), ()))
    code, _ = run(world, chosen, options, report_to(seen))
    slow = tuple(with_more_time(each) for each in chosen.variants if still_loads(seen.results.get(each.id)))
    if slow and code is not ExitCode.INTERRUPTED:
        world.stderr.write(f"  once more with more time  {', '.join(each.id for each in slow)}\n")
        code, _ = run(world, replace(chosen, variants=slow), replace(options, jobs=1), report_to(seen))
    return None if code is ExitCode.INTERRUPTED else with_what_was_seen(found.drafts, seen.results)


def _found_lines(found: Survey, *, verbose: bool) -> Iterator[str]:
    """Yield the findings as lines: examples with their scripts, lists of dependencies, and what was left out and why."""
    width = max((len(draft.id) for draft in found.drafts), default=0)
    for draft in found.drafts:
        yield f"{draft.id:<{width}}  {' '.join(draft.scripts)}  {draft.title}".rstrip()
        yield from (f"{'':<{width}}  skipped: {s.relative} {s.skip}" for s in draft.scripts.values() if s.skip is not None)
    yield from (f"{example_id}: {script.language} joins, {script.relative}" for example_id, script in found.joining)
    for name, count in found.lists:
        yield f"dependencies  {name}  ({_counted(count, 'script')})"
    yield from _left_out(found.left_out, verbose=verbose)
    new = len(found.scripts)
    known = f", {found.known} known before" if found.known else ""
    examples = _counted(len(found.drafts), "new example")
    yield f"{_counted(new, 'script')} in {examples}{known}; {len(found.left_out)} left out"


def _left_out(left_out: tuple[Surveyed, ...], *, verbose: bool) -> Iterator[str]:
    counted = Counter(str(script.left_out) for script in left_out)
    for reason, count in counted.items():
        names = [script.relative for script in left_out if script.left_out == reason]
        shown = names if verbose else names[:_MOST_NAMED]
        more = f" and {count - len(shown)} more" if count > len(shown) else ""
        yield f"left out  {reason}: {', '.join(shown)}{more}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
