"""The one place that turns errors into a sentence on stderr and an exit code."""

import io
import os
import sys

import click

from dvara_examples.core.errors import DvaraExamplesError, ExitCode


def guarded(cli: click.Command, args: list[str]) -> int:
    """Run *cli* and return its exit code; no exception or traceback leaves this function."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an ASCII terminal replaces characters instead of failing
    if os.environ.get("GITHUB_ACTIONS"):
        _escape_output()
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
    except (BrokenPipeError, SystemExit):  # Click turns a BrokenPipeError into SystemExit
        return ExitCode.OK
    except OSError as error:
        return _operating_system(error)
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _internal(error)
    return code if isinstance(code, int) else ExitCode.OK


def show_error(error: DvaraExamplesError) -> int:
    """Print the problem with its fix, and return its exit code."""
    for diagnosis in error.diagnoses:
        _show(diagnosis.cause, diagnosis.hint)
    return error.exit_code


def _point_at_ours(error: click.ClickException) -> None:
    """Name the equivalent of another test runner's option."""
    if isinstance(error, click.NoSuchOption):
        from dvara_examples.core.elsewhere import OPTIONS

        if (ours := OPTIONS.get(error.option_name)) is not None:
            click.echo(f"hint: {error.option_name} is {ours} here", err=True)


def _show(problem: str, hint: str) -> None:
    """Print the problem, and its hint on the next line."""
    first, *rest = problem.splitlines() or [""]
    for line in (f"error: {first}", *(f"  {line}" for line in rest), *([f"hint: {hint}"] if hint else [])):
        click.echo(line, err=True)


def _escape_output() -> None:
    """Prevent output of examples, pages or gateways from acting as workflow commands."""
    from dvara_examples.reports._workflow import escape_workflow_commands

    sys.stdout, sys.stderr = escape_workflow_commands(sys.stdout), escape_workflow_commands(sys.stderr)


def _discard_output() -> None:
    """The reader of stdout has left (``| head``): drop what is still buffered, which is not an error."""
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
