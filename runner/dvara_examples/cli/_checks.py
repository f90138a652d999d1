"""Prints the checks of ``doctor``, one by one as they finish, or as JSON."""

import json
from collections.abc import Iterable, Iterator

from rich.text import Text

from dvara_examples.core.errors import ExitCode
from dvara_examples.core.world import World
from dvara_examples.doctor import Check, CheckState
from dvara_examples.reports.terminal import make_console

_STYLES = {CheckState.OK: "green", CheckState.NOTE: "yellow", CheckState.WRONG: "bold red"}
_INDENT = 16


def show_checks(checks: Iterable[Check], world: World, *, as_json: bool) -> int:
    """Print *checks* and return the exit code."""
    found = []
    console = make_console(world, world.stdout)
    for check in checks:
        found.append(check)
        for line in () if as_json else _lines(check):
            console.print(line, soft_wrap=True)
    wrong = sum(check.state is CheckState.WRONG for check in found)
    if as_json:
        plain = {"version": 1, "wrong": wrong, "checks": [check.as_plain() for check in found]}
        world.stdout.write(json.dumps(plain, indent=2, ensure_ascii=False) + "\n")
    else:
        console.print(_sum(wrong), soft_wrap=True)
    return ExitCode.NOT_RUN if wrong else ExitCode.OK


def _lines(check: Check) -> Iterator[Text]:
    yield Text.assemble((f"{check.topic:<8}", "bold"), "  ", (f"{check.state:<5}", _STYLES[check.state]), f" {check.text}")
    yield from _hint(check)
    for detail in check.details:
        yield Text(f"{'':{_INDENT}}{detail.text}", "dim" if detail.state is CheckState.OK else "")
        yield from _hint(detail)


def _hint(check: Check) -> Iterator[Text]:
    if check.hint:
        yield Text.assemble(" " * _INDENT, ("hint: ", "bold"), check.hint)


def _sum(wrong: int) -> Text:
    if not wrong:
        return Text("\nall that runs need is here", "green")
    return Text(f"\n{wrong} {'problem' if wrong == 1 else 'problems'} found; see the hint below each", "bold red")
