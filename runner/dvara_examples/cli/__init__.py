"""The command line: Click alone, one file per command; everything else is imported when a command runs."""

import importlib
import sys

import click

from dvara_examples import __version__
from dvara_examples.cli._boundary import guarded

COMMANDS = ("run", "list", "show", "plan", "judge", "doctor", "gateway", "tap")
"""The commands in the order of the help; each is the module of that name in this package."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command, or the help, is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's signature
        """Return the commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - Click's signature
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command where an unknown one is asked for."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from dvara_examples.values import did_you_mean

            raise click.UsageError(f"there is no command {args[0]!r}; {did_you_mean(args[0], COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dvara-examples", message="%(prog)s %(version)s")
def cli() -> None:
    """Run the examples against a gateway and say truthfully how each one ended.

    The gateway is the one that DVARA_URL and DVARA_API_KEY name, or an embedded one that needs no key and no account.

    \b
    Exit codes: 0 all passed · 1 an expectation failed · 2 wrong usage or manifest
    3 something could not run · 4 nothing ran · 5 internal error · 130 interrupted
    """


def main() -> None:
    """Run the command line and exit with the code that it leads to."""
    sys.exit(guarded(cli, sys.argv[1:]))


if __name__ == "__main__":
    main()
