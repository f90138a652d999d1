"""The command line: Click alone, one file per command; everything else is imported when a command runs."""

import os
import sys
from pathlib import Path

import click

from dvara_examples import __version__
from dvara_examples.cli._boundary import guarded, show_error
from dvara_examples.cli._help import LazyGroup
from dvara_examples.core.errors import ExitCode, PluginError

COMMANDS = (
    "run",
    "list",
    "show",
    "plan",
    "judge",
    "report",
    "explain",
    "docs",
    "init",
    "new",
    "record",
    "doctor",
    "setup",
    "gateway",
    "tap",
    "check-gateway",
    "completion",
)
"""The commands in the order of the help; each is the module of that name in this package."""


@click.group(cls=LazyGroup, package=__name__, words=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dvara-examples", message="%(prog)s %(version)s")
def cli() -> None:
    """Run examples against a gateway and report how each answer ended.

    Uses the gateway at DVARA_URL, or an embedded one that needs no key and no account.

    \b
    Exit codes: 0 all passed · 1 an expectation failed · 2 usage or manifest error
    3 could not run · 4 nothing ran · 5 internal error · 130 interrupted

    \b
    dvara-examples run all
    dvara-examples run stream-basic --language node --verbose
    dvara-examples COMMAND --help
    """


def main() -> None:
    """Run the command line and exit with its exit code."""
    if sys.platform == "win32":
        click.echo(
            "error: expected Linux or macOS, found Windows\nhint: run it in the Windows Subsystem for Linux (WSL)", err=True
        )
        sys.exit(ExitCode.NOT_RUN)
    try:
        _add_plugins()
    except PluginError as error:
        sys.exit(show_error(error))
    sys.exit(guarded(cli, sys.argv[1:]))


def _add_plugins() -> None:
    """Add the languages and protocols of the user's folders. Raises PluginError."""
    if (folder := _folder("DVARA_EXAMPLES_LANGUAGES")) is not None:
        from dvara_examples.toolchains import add_folder

        add_folder(folder)
    if (folder := _folder("DVARA_EXAMPLES_PROTOCOLS")) is not None:
        from dvara_examples.protocols import add_folder as add_protocols

        add_protocols(folder)


def _folder(variable: str) -> Path | None:
    named = os.environ.get(variable)
    if not named:
        return None
    if not Path(named).is_dir():
        hint = "name the folder that the modules are in, or unset the variable"
        raise PluginError(f"{variable}: expected a folder, found {named}", hint)
    return Path(named).absolute()


if __name__ == "__main__":
    main()
