"""Words of other test runners get a pointer to ours, and each names something that the command at hand has."""

import re
from contextlib import suppress

import click
import pytest

from dvara_examples.core.elsewhere import KEYS, OPTIONS, hint_for_key, hint_for_option
from tests.cli.test_commands import call
from tests.cli.test_help import EVERY

VALUES = {
    "N": "2",
    "TAG": "smoke",
    "KIND[=PATH]": "junit=x.xml",
    "LANGUAGE": "node",
    **{f"{kind}=PATH": f"{kind}=x.txt" for kind in ("junit", "html", "json")},
}
"""What a user puts for the words of a pointer."""


@pytest.mark.parametrize("path", [each.values[0] for each in EVERY], ids=lambda path: " ".join(path) or "dvara-examples")
def test_every_pointer_can_be_followed(path: tuple[str, ...]) -> None:
    """Where it names an option of the command, that takes the value; where it names `run`'s, that is said, and `run` takes it."""
    (command, context), (run, at_run) = (_command(words) for words in (path, ("run",)))
    options = [each for each in command.get_params(context) if isinstance(each, click.Option)]
    known = {text for each in options for name in each.opts for text in (name, f"{name} {each.metavar}")}
    for word in OPTIONS:
        hint = hint_for_option(word, known, " ".join(path))
        if hint is None or word in known:
            continue
        here = re.fullmatch(rf"{word} is (.+) here", hint)
        there = re.fullmatch(rf"`{' '.join(path)}` has no equivalent of {word}; `dvara-examples run` has (.+)", hint)
        found = here or there
        assert found is not None, hint
        if found[1].startswith("-"):
            option, _, value = found[1].partition(" ")
            _parse(command if here else run, context if here else at_run, option, value)


def _command(path: tuple[str, ...]) -> tuple[click.Command, click.Context]:
    found = next(each.values for each in EVERY if each.values[0] == path)
    assert isinstance(found[1], click.Command)
    assert isinstance(found[2], click.Context)
    return found[1], found[2]


def _parse(command: click.Command, context: click.Context, option: str, value: str) -> None:
    words = [option, *([VALUES.get(value, value.strip("'"))] if value else [])]
    if isinstance(command, click.Group):
        raise AssertionError(f"{context.info_name} has no {option}")
    with suppress(click.MissingParameter):  # an argument, which is looked at last
        command.make_context(context.info_name, words)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("run", "-k", "stream"), "hint: -k is -E 'id(*WORD*)' here"),
        (("docs", "run", "-k", "stream"), "hint: `docs run` has no equivalent of -k; `dvara-examples run` has -E 'id(*WORD*)'"),
        (("docs", "run", "--junitxml", "x"), "hint: --junitxml is --report junit=PATH here"),
        (
            ("docs", "check", "--reporter", "x"),
            "hint: `docs check` has no equivalent of --reporter; `dvara-examples run` has --report",
        ),
        (("check-gateway", "-k", "stream"), "hint: -k is --case '*WORD*' here"),
        (("check-gateway", "--collect-only"), "hint: --collect-only is --list here"),
        (("init", "--collect-only"), "hint: --collect-only is --dry-run here"),
    ],
)
def test_a_pointer_is_the_commands_own(args: tuple[str, ...], told: str) -> None:
    """It stands on stderr below the error, and the exit code is 2."""
    done = call(*args)
    assert done.returncode == 2
    assert told in done.stderr


@pytest.mark.parametrize("args", [("tap", "--variable", "a=b"), ("completion", "-k", "x"), ("-x",)])
def test_nothing_is_said_where_nothing_would_help(args: tuple[str, ...]) -> None:
    """A command that runs no examples has no names for their options."""
    done = call(*args)
    assert done.returncode == 2
    assert "hint: -" not in done.stderr
    assert "has no equivalent of" not in done.stderr


def test_keys_of_other_tools_name_what_has_them_here() -> None:
    """In the mapping at hand, or in the one that they belong to."""
    for key in KEYS:
        assert str(hint_for_key(key, ())).startswith(f"{key} is called ")
    assert hint_for_key("script", ("variants",)) == "script is called variants here"
    assert hint_for_key("script", ("file",)) == "script is called file here"
    assert hint_for_key("xfail", ("variants",)) == "xfail is called known_failure here, and belongs to a variant"
    assert hint_for_key("timeout", ("limits",)) == "timeout is called limits: {wall_s: N} here"
    assert hint_for_key("nothing", ("file",)) is None
