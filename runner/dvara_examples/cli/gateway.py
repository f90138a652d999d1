"""``dvara-examples gateway``."""

import click


@click.command("gateway")
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65_535),
    default=8080,
    show_default=True,
    help="Port on loopback; 0 takes a free one.",
)
@click.option("--key", metavar="KEY", help="The key that clients must send; it is not printed.  [default: a new one, printed]")
def command(port: int, key: str | None) -> None:
    """Serve the embedded gateway in the foreground, for curl and for your own code. Ctrl-C ends it.

    \b
    dvara-examples gateway
    dvara-examples gateway --port 0 --key gw_of_my_own
    """
    from dvara_examples.core.clock import SystemClock
    from dvara_examples.embedded_gateway.serve import serve

    serve(port=port, key=key or None, clock=SystemClock(), write=click.echo)
