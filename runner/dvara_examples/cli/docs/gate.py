"""``dvara-examples docs gate``."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dvara_examples.cli._options import Planning, Running, manifest_option, planning_options, report_option, running_options
from dvara_examples.cli._pages import pages_argument

if TYPE_CHECKING:
    from dvara_examples.reports._opening import ReportRequest


@click.command("gate")
@pages_argument
@planning_options
@running_options
@click.option(
    "--also", "also", multiple=True, type=click.Choice(("lowest", "latest")), help="Also run with these releases. Repeatable."
)
@report_option
@manifest_option
def command(
    pages: tuple[str, ...],
    planning: Planning,
    running: Running,
    also: tuple[str, ...],
    reports: "tuple[ReportRequest, ...]",
    manifest: Path | None,
) -> int:
    """Check pages and run their code; pass only if both are right.

    \b
    dvara-examples docs gate
    dvara-examples docs gate docs/guide.md --also lowest --also latest
    """
    if also and any(request.path is not None for request in reports):
        raise click.UsageError("--also runs several sessions; give --report without a path, and each run's folder gets one")
    from dvara_examples.cli._compose import compose_options, reporting_to
    from dvara_examples.cli._pages import annotate, page_lines, say
    from dvara_examples.cli._world import build_world
    from dvara_examples.docs_ci.gate import Gate
    from dvara_examples.docs_ci.not_read import not_read
    from dvara_examples.session import run

    world = build_world(manifest)
    people = replace(world, stdout=world.stderr) if any(request.takes_stdout for request in reports) else world
    gate = Gate(world, pages)
    chosen = gate.choose()
    for deps in dict.fromkeys((running.deps, *also)) if chosen.variants else ():
        if gate.interrupted:
            break
        options = compose_options(world, planning, replace(running, deps=deps))
        gate.held(*run(world, chosen, options, reporting_to(world, reports, verbose=running.verbose)), deps)
        say(people, [""])
    for page, statuses in gate.checked:
        say(people, page_lines(page, statuses, verbose=running.verbose))
    say(people, not_read(gate.checked, pages, world))
    say(people, gate.lines())
    if any(request.kind == "github" for request in reports):
        annotate(people, gate.checked)
    return gate.exit_code
