"""``dvara-examples gateway``."""

import click


@click.command("gateway")
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65_535),
    default=8080,
    show_default=True,
    help="Port on loopback; 0 picks a free one.",
)
@click.option("--key", metavar="KEY", help="Key that clients must send; never printed.  [default: a new one, printed]")
def command(port: int, key: str | None) -> None:
    """Start the embedded gateway for curl and your own code. Press Ctrl-C to stop.

    \b
    dvara-examples gateway
    dvara-examples gateway --port 0 --key gw_of_my_own
    """
    from dvara_examples.core.clock import SystemClock
    from dvara_examples.embedded_gateway.serve import serve

    serve(port=port, key=key or None, clock=SystemClock(), write=click.echo)
