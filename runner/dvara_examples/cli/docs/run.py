"""``dvara-examples docs run``."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dvara_examples.cli._options import Planning, Running, manifest_option, planning_options, report_option, running_options
from dvara_examples.cli._pages import pages_argument

if TYPE_CHECKING:
    from dvara_examples.reports._opening import ReportRequest


@click.command("run")
@pages_argument
@planning_options
@running_options
@report_option
@manifest_option
def command(
    pages: tuple[str, ...], planning: Planning, running: Running, reports: "tuple[ReportRequest, ...]", manifest: Path | None
) -> int:
    """Run the code in pages as printed, and judge it like the examples it names.

    A fence replaces the region that it shows; one under run-as is a complete script. On a page without such comments, tries
    every fence that calls a model, and prints each guess. That needs no manifest.

    \b
    dvara-examples docs run docs/guide.md
    dvara-examples docs run docs/guide.md --deps latest --verbose
    """
    from dvara_examples.cli._compose import compose_options, reporting_to
    from dvara_examples.cli._unmarked import tried_pages
    from dvara_examples.cli._world import build_world
    from dvara_examples.docs_ci.find import find_pages
    from dvara_examples.docs_ci.run import choose_printed
    from dvara_examples.manifest import manifest_of
    from dvara_examples.session import run

    world = build_world(manifest, may_be_new=bool(pages))
    if not world.manifest_path.is_file():
        world = replace(world, manifest_path=world.cwd / world.manifest_path.name)  # an existing folder, for package managers
    chosen = tried_pages(pages, world)
    if chosen is None:
        loaded = manifest_of(world)
        chosen = choose_printed(find_pages(pages, loaded, world), loaded, world)
    options = compose_options(world, planning, running)
    return run(world, chosen, options, reporting_to(world, reports, verbose=running.verbose))[0]
