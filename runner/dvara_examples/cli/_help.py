"""The layout of `--help`: options in groups, and examples at the end.

The last paragraph of a command's docstring, marked by ``\\b``, lists examples; each line can be typed as it is.
"""

import importlib
import inspect
import re
from collections.abc import Mapping, Sequence

import click

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "Selection": ("languages", "tags", "filters", "last_failed", "shard", "manifest", "shipped"),
    "Gateway": ("gateway", "max_requests", "max_tokens"),
    "Execution": (
        "deps",
        "also",
        "missing_toolchain",
        "place",
        "images",
        "memory",
        "offline",
        "jobs",
        "watch",
        "fail_fast",
        "repeat",
        "retries",
        "allow_flaky",
    ),
    "Output": ("verbose", "reports", "report", "suggest", "as_json"),
}
"""The groups of options, by the names of their parameters, where a command has many; the rest comes last."""

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "Run": ("run", "plan", "judge", "report"),
    "Look": ("list", "show", "explain"),
    "Write": ("init", "new", "record", "docs"),
    "Set up": ("doctor", "setup", "completion"),
    "Serve": ("gateway", "tap", "check-gateway"),
}
"""The groups of commands; the rest comes last."""

_FEW_OPTIONS = 6
_LABEL_WIDTH = 26
_KEPT_AS_IT_IS = "\b\n"
_LEAST = re.compile(r"\s*\[x>=\d+\]")
_BETWEEN = re.compile(r"(\d+)<=x<=(\d+)\]")

Row = tuple[str, str]


class Readable(click.Command):
    """A command whose help has groups and examples."""

    @property
    def examples(self) -> tuple[str, ...]:
        """The command lines at the end of the help."""
        return tuple(_split(self.help or "")[1])

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - Click's signature
        """Write the description, without the examples."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_split(self.help or "")[0])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, in groups if there are many, then the commands of a group."""
        rows = {
            parameter.name or "": _readable(record)
            for parameter in self.get_params(ctx)
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(ctx)) is not None
        }
        few = len(rows) <= _FEW_OPTIONS
        _write_groups(formatter, {"Options": tuple(rows)} if few else OPTIONS, rows, "Other")
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - Click's signature
        """Write the examples."""
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


class ReadableGroup(Readable, click.Group):
    """A group of commands whose help has sections and whole first sentences."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their descriptions."""
        rows = {}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                rows[name] = (name, command.get_short_help_str(limit=200))
        groups = COMMANDS if len(rows) > _FEW_OPTIONS else {"Commands": tuple(rows)}
        _write_groups(formatter, groups, rows, "More")


def _write_groups(
    formatter: click.HelpFormatter, groups: Mapping[str, Sequence[str]], rows: Mapping[str, Row], rest: str
) -> None:
    """Write *rows* by *groups*, and the remaining ones under *rest*; all second columns are aligned."""
    width = min(max((len(label) for label, _ in rows.values()), default=0), _LABEL_WIDTH)
    grouped = {name for names in groups.values() for name in names}
    for title, names in {**groups, rest: tuple(name for name in rows if name not in grouped)}.items():
        held = [(rows[name][0].ljust(width), rows[name][1]) for name in names if name in rows]
        if held:
            with formatter.section(title):
                formatter.write_dl(held, col_max=_LABEL_WIDTH)


def _readable(record: Row) -> Row:
    """Write ranges in words, and only useful ones."""
    return record[0], _BETWEEN.sub(r"\1 to \2]", _LEAST.sub("", record[1]))


def _split(text: str) -> tuple[str, list[str]]:
    """Return the text of a docstring and, if its last paragraph is marked and has command lines, these lines."""
    text = inspect.cleandoc(text)
    before, found, last = text.rpartition(_KEPT_AS_IT_IS)
    lines = last.splitlines()
    if found and lines and all("dvara-examples " in line for line in lines):
        return before.rstrip(), lines
    return text, []


def readable(command: click.Command) -> click.Command:
    """Return *command* with grouped options and examples in its help."""
    if isinstance(command, Readable):
        return command
    return Readable(
        command.name,
        context_settings=command.context_settings,
        callback=command.callback,
        params=command.params,
        help=command.help,
        short_help=command.short_help,
        options_metavar=command.options_metavar,
        hidden=command.hidden,
    )


class LazyGroup(ReadableGroup):
    """Commands in the order of the help: *words* are modules of *package*, each with a ``command``."""

    def __init__(self, *args: object, package: str, words: Sequence[str], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self._package = package
        self._words = tuple(words)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's signature
        """Return the commands in the order of the help."""
        return list(self._words)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - Click's signature
        """Import one command."""
        if cmd_name not in self._words:
            return None
        command: click.Command = importlib.import_module(f"{self._package}.{cmd_name.replace('-', '_')}").command
        return readable(command)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for an unknown one."""
        if args and not args[0].startswith("-") and args[0] not in self._words:
            from dvara_examples.core.values import did_you_mean

            raise click.UsageError(f"unknown command {args[0]!r}; {did_you_mean(args[0], self._words)}", ctx)
        return super().resolve_command(ctx, args)
