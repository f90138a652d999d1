"""Help that one can read, of every command that there is."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dvara_examples.cli import cli
from dvara_examples.cli._help import COMMANDS, OPTIONS, Readable

COMMAND = str(Path(sys.executable).with_name("dvara-examples"))


def every_command(
    command: click.Command = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command, click.Context]]:
    """Yield each command with the words that lead to it."""
    context = click.Context(command, info_name=" ".join(("dvara-examples", *path)))
    yield path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from every_command(found, (*path, name))


EVERY = [pytest.param(*each, id=" ".join(each[0]) or "dvara-examples") for each in every_command()]


@pytest.mark.parametrize(("path", "command", "context"), EVERY)
def test_help_fits_a_terminal_and_ends_with_lines_to_type(
    path: tuple[str, ...], command: click.Command, context: click.Context
) -> None:
    """No line is wider than 80 columns; at the end stand examples, each of which begins with this very command."""
    context.terminal_width = 80
    lines = command.get_help(context).splitlines()
    assert [line for line in lines if len(line) > 80] == []
    examples = lines[lines.index("Examples:") + 1 :]
    assert examples
    assert isinstance(command, Readable)
    assert [line.strip() for line in examples] == list(command.examples)
    for line in examples:
        assert " ".join(("dvara-examples", *path)) in line


@pytest.mark.parametrize(("path", "command", "context"), EVERY)
def test_every_option_of_an_example_exists(path: tuple[str, ...], command: click.Command, context: click.Context) -> None:
    """What the examples show can be typed: each option in them is one of the command's."""
    assert isinstance(command, Readable)
    known = {option for parameter in command.get_params(context) for option in (*parameter.opts, *parameter.secondary_opts)}
    for other_path, other, at in every_command():
        if isinstance(command, click.Group) and other_path[: len(path)] == path:
            known |= {option for parameter in other.get_params(at) for option in parameter.opts}
    used = {word for line in command.examples for word in line.split("dvara-examples ", 1)[1].split() if word.startswith("-")}
    assert used <= known


@pytest.mark.parametrize(("path", "command", "context"), EVERY)
def test_every_option_says_what_it_does(path: tuple[str, ...], command: click.Command, context: click.Context) -> None:
    """No option is left without a sentence."""
    assert context.info_name == " ".join(("dvara-examples", *path))
    options = [parameter for parameter in command.get_params(context) if isinstance(parameter, click.Option)]
    assert [option.name for option in options if not option.help] == []


def test_where_options_are_many_none_is_left_over() -> None:
    """Each of `run`'s options stands in a group with a name; only help itself is next to them."""
    command = cli.get_command(click.Context(cli), "run")
    assert command is not None
    text = command.get_help(click.Context(command, info_name="dvara-examples run"))
    titles = [line.removesuffix(":") for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert titles == [*OPTIONS, "Other", "Examples"]
    other = text[text.index("\nOther:") : text.index("\nExamples:")]
    assert "--help" in other
    assert len(other.strip().splitlines()) == 2


def test_every_command_stands_in_a_group() -> None:
    """No command is left over, and none is cut off."""
    text = cli.get_help(click.Context(cli, info_name="dvara-examples"))
    assert "\nMore:" not in text
    assert "..." not in text.partition("\n")[2]
    assert {name for names in COMMANDS.values() for name in names} >= set(cli.list_commands(click.Context(cli)))


def test_bounds_are_said_as_people_do() -> None:
    """No `1<=x<=64` is left."""
    done = subprocess.run([COMMAND, "run", "--help"], capture_output=True, text=True, timeout=60, check=True)
    assert "[1 to 64]" in " ".join(done.stdout.split())
    assert "<=x" not in done.stdout
