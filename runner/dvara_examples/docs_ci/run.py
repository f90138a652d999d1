"""``docs run`` and ``docs gate``: what pages print is planned and run like any example."""

from collections.abc import Sequence
from dataclasses import replace

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
from dvara_examples.session.choice import Chosen, PrintedCode


def choose_printed(pages: Sequence[Page], manifest: Manifest, world: World) -> Chosen:
    """Select everything that *pages* print under a directive. Raises PageError, and NothingSelected if there is nothing."""
    chosen = _chosen(_scripts(pages, manifest, world), manifest, world)
    if not chosen.variants:
        raise NothingSelected("nothing to run: no fence of these pages has a comment example: or run-as: above it")
    return chosen


def choose_for_gate(checked: Checked, manifest: Manifest, world: World) -> Chosen:
    """Select the examples that the pages show in step, each once, and the pages' own code. Raises PageError."""
    shown = {s.variant.id for _, statuses in checked for s in statuses if s.state is FenceState.IN_STEP and s.variant}
    variants = tuple(variant for variant in manifest.variants if variant.id in shown)
    pages = [page for page, _ in checked]
    own = [(page, script) for page, script in _scripts(pages, manifest, world, strict=False) if script.own]
    return _chosen(own, manifest, world, variants, pages)


def _scripts(pages: Sequence[Page], manifest: Manifest, world: World, *, strict: bool = True) -> list[tuple[Page, PrintedScript]]:
    sources, found = Sources(manifest), []
    for page in pages:
        try:
            scripts = printed_scripts(page, page_id(page, world), sources, strict=strict)
        except Unknown as error:
            raise PageError(error.diagnosis) from None
        found += [(page, script) for script in scripts]
    return found


def _chosen(
    scripts: Sequence[tuple[Page, PrintedScript]],
    manifest: Manifest,
    world: World,
    variants: tuple[Variant, ...] = (),
    pages: Sequence[Page] = (),
) -> Chosen:
    """Combine the examples of *manifest* for *variants* with one for each script that a page prints."""
    examples: dict[str, Example] = {example.id: example for example in manifest.examples}
    made: list[Variant] = list(variants)
    places = dict(find_places(manifest, variants, pages))
    printed = {}
    for page, script in scripts:
        name = page_id(page, world)
        variant = replace(script.variant, example_id=script.run_id, relative=name)
        so_far = examples[script.run_id].variants if script.run_id in examples else ()
        examples[script.run_id] = replace(script.example, id=script.run_id, variants=(*so_far, variant))
        made.append(variant)
        printed[variant.id] = PrintedCode(script.name, script.text, ("docs", "run", page.shown))
        places[variant.id] = tuple(SourceLine(name, line) for line in script.lines)
    return Chosen(replace(manifest, examples=tuple(examples.values())), tuple(made), lambda: places, printed=printed)
