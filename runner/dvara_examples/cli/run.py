"""``dvara-examples run``."""

from pathlib import Path

import click

from dvara_examples.cli._options import planning_options, selection_options


@click.command("run")
@selection_options
@planning_options
@click.option("-j", "--jobs", type=click.IntRange(1, 64), metavar="N", help="Runs side by side.  [default: as many as cores]")
@click.option(
    "--max-requests", type=click.IntRange(1), metavar="N", help="Send so many requests in all.  [default: 200 to DVARA_URL]"
)
@click.option("--max-tokens", type=click.IntRange(1), metavar="N", help="Send no more requests once so many tokens are used.")
@click.option(
    "--deps",
    type=click.Choice(("locked", "lowest", "latest")),
    default="locked",
    show_default=True,
    help="Which releases the examples get: those in the lock files, the promised floors, or today's newest.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show what the examples write, and every finding.")
def command(
    selectors: tuple[str, ...],
    languages: tuple[str, ...],
    tags: tuple[str, ...],
    manifest: Path | None,
    gateway: str,
    missing_toolchain: str | None,
    jobs: int | None,
    max_requests: int | None,
    max_tokens: int | None,
    deps: str,
    verbose: bool,
) -> int:
    """Run examples and judge how they ended.

    SELECTOR is `all`, an id (stream-basic), a glob ('stream-*'), one variant ('stream-basic[node]') or a script's path.

    \b
    dvara-examples run all
    dvara-examples run stream-basic --language node --verbose
    DVARA_URL=https://gw.example.com/v1 DVARA_API_KEY=gw_... dvara-examples run all
    """
    if not (selectors or languages or tags):
        raise click.UsageError(
            "name what to run: all, an id, a glob, a script's path, or --tag; `dvara-examples list` shows the ids"
        )
    from dvara_examples.allowance import Allowance
    from dvara_examples.cli._compose import compose_options, terminal_report
    from dvara_examples.cli._world import build_world
    from dvara_examples.run_folder import RunFolder
    from dvara_examples.session import Selection, open_session, reminder, run_session

    world = build_world(manifest)
    allowance = Allowance(max_requests, max_tokens)
    options = compose_options(world, gateway, missing_toolchain, jobs, allowance, deps, verbose=verbose)
    with open_session(world, Selection(selectors, languages, tags), options) as session:
        folder = RunFolder.create(world.runs_dir, world.clock.utc_now())
        if (warning := reminder(session, options)) is not None:
            world.stderr.write(f"{warning}\n")
        report = terminal_report(session, folder, verbose=verbose)
        return run_session(session, folder, [report], options).exit_code
