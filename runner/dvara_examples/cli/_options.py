"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])

manifest_option = click.option(
    "--manifest", type=click.Path(path_type=Path), metavar="PATH", help="Use this manifest instead of examples/manifest.yaml."
)
_selectors = click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
_language = click.option(
    "-l", "--language", "languages", multiple=True, metavar="LANGUAGE", help="Only this language; repeatable."
)
_tag = click.option("-t", "--tag", "tags", multiple=True, metavar="TAG", help="Only examples with this tag; repeatable.")
_gateway = click.option(
    "--gateway",
    type=click.Choice(("auto", "embedded", "url")),
    default="auto",
    show_default=True,
    help="What answers: `auto` is the gateway that DVARA_URL names, else the embedded one.",
)
_missing = click.option(
    "--missing-toolchain",
    type=click.Choice(("skip", "error")),
    help="What a runtime that is not installed makes of its runs.  [default: error where CI is set, else skip]",
)


def selection_options(command: F) -> F:
    """Add the selectors, ``--language``, ``--tag`` and ``--manifest``."""
    return _selectors(_language(_tag(manifest_option(command))))


def planning_options(command: F) -> F:
    """Add what decides how the selected examples would run."""
    return _gateway(_missing(command))
