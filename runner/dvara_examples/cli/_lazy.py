"""A group of commands, each a module of its own that is imported when that command, or the help, is asked for."""

import importlib
from collections.abc import Sequence

import click

from dvara_examples.cli._help import ReadableGroup, readable


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
        """Name the nearest command where an unknown one is asked for."""
        if args and not args[0].startswith("-") and args[0] not in self._words:
            from dvara_examples.core.values import did_you_mean

            raise click.UsageError(f"there is no command {args[0]!r}; {did_you_mean(args[0], self._words)}", ctx)
        return super().resolve_command(ctx, args)
