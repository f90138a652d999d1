"""``dvara-examples report``: one file per command."""

import click

from dvara_examples.cli._help import LazyGroup

COMMANDS = ("merge",)
"""The commands in the order of the help; each is the module of that name in this package."""


@click.group("report", cls=LazyGroup, package=__name__, words=COMMANDS)
def command() -> None:
    """Merge the runs of several machines into one report.

    \b
    dvara-examples report merge shard-*/ --into merged
    """
