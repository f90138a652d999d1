"""``dvara-examples setup``."""

from pathlib import Path

import click

from dvara_examples.cli._options import Placing, deps_option, place_options, selection_options
from dvara_examples.selection.options import Selection


@click.command("setup")
@selection_options
@deps_option
@place_options
@click.option(
    "--lock", is_flag=True, help="First write a lock file next to each list that has none, with the ecosystem's own tool."
)
def command(wanted: Selection, deps: str, placing: Placing, lock: bool, manifest: Path | None) -> int:
    """Download and build everything that runs need, for `run --offline` later.

    Without SELECTOR, prepares everything. If interrupted, run it again: it continues where it stopped.

    \b
    dvara-examples setup
    dvara-examples setup --language node --deps latest
    dvara-examples setup --in docker
    dvara-examples setup --lock
    """
    if lock and placing.place is not None:
        raise click.UsageError("--lock writes next to the examples, which containers cannot do; leave out --in")
    from dvara_examples.cli._places import placed
    from dvara_examples.cli._readiness import show_locks, show_readiness
    from dvara_examples.cli._world import build_world
    from dvara_examples.manifest import manifest_of
    from dvara_examples.selection.select import select
    from dvara_examples.toolchains import Deps

    with placed(build_world(manifest), placing) as world:
        loaded = manifest_of(world)
        selectors = wanted.selectors or ("*",)  # including those that `all` leaves out
        variants = select(loaded, selectors, wanted.languages, wanted.tags, world.cwd, wanted.filters)
        locked = show_locks(world, variants) if lock else 0
        return show_readiness(world, variants, Deps(deps)) or locked
