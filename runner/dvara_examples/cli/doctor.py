"""``dvara-examples doctor``."""

from pathlib import Path

import click

from dvara_examples.cli._options import Placing, gateway_option, manifest_option, place_options


@click.command("doctor")
@gateway_option
@place_options
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
@manifest_option
def command(gateway: str, placing: Placing, as_json: bool, manifest: Path | None) -> int:
    """Check everything a run needs and suggest a fix for each problem.

    It looks at runtimes, package tools, folders, the gateway, its key and its model, and asks for one streamed answer.
    It announces the question before it asks the gateway at DVARA_URL. It exits with 3 if something is missing.

    \b
    dvara-examples doctor
    DVARA_URL=https://gw.example.com/v1 DVARA_API_KEY=gw_... dvara-examples doctor
    """
    from dvara_examples.cli._checks import show_checks
    from dvara_examples.cli._places import placed
    from dvara_examples.cli._world import build_world
    from dvara_examples.doctor import examine
    from dvara_examples.session import gateway_kind

    with placed(build_world(manifest), placing) as world:
        checks = examine(world, gateway_kind(gateway, world), lambda text: print(f"note: {text}", file=world.stderr, flush=True))
        return show_checks(checks, world, as_json=as_json)
