"""``docs run`` and ``docs gate``: what pages print is planned like any example, and run in the same way."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from dvara_examples.core.errors import NothingSelected, PageError
from dvara_examples.core.world import World
from dvara_examples.docs_ci.check import Checked, page_id
from dvara_examples.docs_ci.fence_status import FenceState
from dvara_examples.docs_ci.page import Page
from dvara_examples.docs_ci.places import find_places
from dvara_examples.docs_ci.printed import PrintedScript, printed_scripts
from dvara_examples.docs_ci.sources import Sources, Unknown
from dvara_examples.manifest import Example, Manifest, Variant
from dvara_examples.records.results import SourceLine
from dvara_examples.records.run_folder import RunFolder
from dvara_examples.session import Options, Session, open_plan
from dvara_examples.session.plan import Printed


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be run: *examples* as the pages have them, the *scripts* that they print by run id, and the places of each."""

    manifest: Manifest
    variants: tuple[Variant, ...]
    scripts: Mapping[str, PrintedScript] = field(default_factory=dict)
    places: Mapping[str, tuple[SourceLine, ...]] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)


def choose_printed(pages: Sequence[Page], manifest: Manifest, world: World) -> Chosen:
    """Choose everything that *pages* print under a directive. Raises PageError, and NothingSelected where that is nothing."""
    chosen = _chosen(_scripts(pages, manifest, world), manifest, world)
    if not chosen.variants:
        raise NothingSelected("nothing to run: no fence of these pages has a comment example: or run-as: above it")
    return chosen


def choose_for_gate(checked: Checked, manifest: Manifest, world: World) -> Chosen:
    """Choose the examples that the pages show in step, each once, and the code of the pages' own. Raises PageError."""
    shown = {s.variant.id for _, standings in checked for s in standings if s.state is FenceState.IN_STEP and s.variant}
    variants = tuple(variant for variant in manifest.variants if variant.id in shown)
    pages = [page for page, _ in checked]
    own = [(page, script) for page, script in _scripts(pages, manifest, world, strict=False) if script.own]
    return _chosen(own, manifest, world, variants, pages)


@contextmanager
def open_chosen(world: World, chosen: Chosen, options: Options) -> Iterator[Session]:
    """Open the gateway and plan; nothing starts. Raises DvaraExamplesError."""
    with open_plan(world, chosen.manifest, chosen.variants, options) as (gateway, plan):
        runs = tuple(replace(run, places=chosen.places.get(run.variant.id, ())) for run in plan.runs)
        yield Session(world, replace(plan, runs=runs), gateway, options.deps)


def write_scripts(session: Session, chosen: Chosen, folder: RunFolder) -> Session:
    """Write what the pages print into *folder*, where it can be looked at later, and return the session that runs it."""
    runs = []
    for run in session.plan.runs:
        script = chosen.scripts.get(run.variant.id)
        if script is not None:
            file = _place(folder, run.variant.id) / script.name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(script.text, "utf-8", newline="")
            run = replace(run, printed=Printed(file, ("docs", "run", chosen.pages[run.variant.id])))
        runs.append(run)
    return replace(session, plan=replace(session.plan, runs=tuple(runs)))


def _place(folder: RunFolder, run_id: str) -> Path:
    return folder.path / "printed" / re.sub(r"[^A-Za-z0-9._-]+", ".", run_id).strip(".")


def _scripts(pages: Sequence[Page], manifest: Manifest, world: World, *, strict: bool = True) -> list[tuple[Page, PrintedScript]]:
    sources, found = Sources(manifest), []
    for page in pages:
        try:
            scripts = printed_scripts(page, page_id(page, world), sources, strict=strict)
        except Unknown as error:
            raise PageError(str(error)) from None
        found += [(page, script) for script in scripts]
    return found


def _chosen(
    scripts: Sequence[tuple[Page, PrintedScript]],
    manifest: Manifest,
    world: World,
    variants: tuple[Variant, ...] = (),
    pages: Sequence[Page] = (),
) -> Chosen:
    """Put together the examples of *manifest* that *variants* belong to, and one for each that a page prints."""
    examples: dict[str, Example] = {example.id: example for example in manifest.examples}
    made: list[Variant] = list(variants)
    places = dict(find_places(manifest, variants, pages))
    by_id, shown = {}, {}
    for page, script in scripts:
        name = page_id(page, world)
        variant = replace(script.variant, example_id=script.run_id, relative=name)
        so_far = examples[script.run_id].variants if script.run_id in examples else ()
        examples[script.run_id] = replace(script.example, id=script.run_id, variants=(*so_far, variant))
        made.append(variant)
        by_id[variant.id], shown[variant.id] = script, page.shown
        places[variant.id] = tuple(SourceLine(name, line) for line in script.lines)
    return Chosen(replace(manifest, examples=tuple(examples.values())), tuple(made), by_id, places, shown)
