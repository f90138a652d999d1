"""The one place where what went wrong becomes a sentence on stderr and an exit code."""

import io
import os
import sys

import click

from dvara_examples.core.errors import DvaraExamplesError, ExitCode


def guarded(cli: click.Command, args: list[str]) -> int:
    """Run *cli* and return its exit code; no exception and no traceback leaves this function."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an ASCII terminal shows less, and is no reason to fail
    if os.environ.get("GITHUB_ACTIONS"):
        _muzzle()
    code = _guarded(cli, args)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
    return code


def _guarded(cli: click.Command, args: list[str]) -> int:
    try:
        code = cli.main(args=args, prog_name="dvara-examples", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        _point_at_ours(error)
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except DvaraExamplesError as error:
        return show_error(error)
    except (BrokenPipeError, SystemExit):  # the latter is how Click puts the former
        return ExitCode.OK
    except OSError as error:
        return _operating_system(error)
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _internal(error)
    return code if isinstance(code, int) else ExitCode.OK


def show_error(error: DvaraExamplesError) -> int:
    """Print what is wrong and what to do about it, and return the exit code that it leads to."""
    for diagnosis in error.diagnoses:
        _show(diagnosis.cause, diagnosis.hint)
    return error.exit_code


def _point_at_ours(error: click.ClickException) -> None:
    """Name the equivalent of another test runner's option."""
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        from dvara_examples.core.elsewhere import hint_for_option

        options = [each for each in error.ctx.command.get_params(error.ctx) if isinstance(each, click.Option)]
        known = {text for each in options for name in each.opts for text in (name, f"{name} {each.metavar}")}
        command = error.ctx.command_path.partition(" ")[2] or error.ctx.command_path
        if (hint := hint_for_option(error.option_name, known, command)) is not None:
            click.echo(f"hint: {hint}", err=True)


def _show(problem: str, hint: str) -> None:
    """Print what is wrong, and below it what to do about it."""
    first, *rest = problem.splitlines() or [""]
    for line in (f"error: {first}", *(f"  {line}" for line in rest), *([f"hint: {hint}"] if hint else [])):
        click.echo(line, err=True)


def _muzzle() -> None:
    """Let nothing that a command shows, of examples, pages or gateways, be taken for a command to the runner of a workflow."""
    from dvara_examples.reports._workflow import escape_workflow_commands

    sys.stdout, sys.stderr = escape_workflow_commands(sys.stdout), escape_workflow_commands(sys.stderr)


def _discard_output() -> None:
    """Whoever read stdout has left (``| head``): what is still buffered has nowhere to go, and that is no fault."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _operating_system(error: OSError) -> int:
    from dvara_examples.records.hints import system_refused

    told = system_refused(error)
    _show(told.cause, told.hint)
    return ExitCode.NOT_RUN


def _internal(error: Exception) -> int:
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile("w", prefix="dvara-examples-", suffix=".txt", delete=False, encoding="utf-8") as file:
            traceback.print_exception(error, file=file)
        where = f"in {file.name}"
    except OSError:
        traceback.print_exception(error)
        where = "above"
    _show(f"internal error: {type(error).__name__}: {error}", f"report it with the trace {where}")
    return ExitCode.INTERNAL
