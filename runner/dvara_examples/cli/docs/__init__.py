"""``dvara-examples docs``: one file per command."""

import click

from dvara_examples.cli._help import LazyGroup

COMMANDS = ("check", "sync", "run", "gate")
"""The commands in the order of the help; each is the module of that name in this package."""


@click.group("docs", cls=LazyGroup, package=__name__, words=COMMANDS)
def command() -> None:
    """Check, update and run the code in documentation pages.

    A comment above a fence names the example that it shows: <!-- example: stream-basic -->.
    PAGES are Markdown files and folders; without any, those that the manifest names.

    \b
    Exit codes:
      0  all is well
      1  a page has drifted or shows untested code, or a run failed
      2  wrong usage, manifest or page
      3  could not run
      4  nothing ran

    \b
    dvara-examples docs check
    dvara-examples docs sync docs/guide.md
    """
