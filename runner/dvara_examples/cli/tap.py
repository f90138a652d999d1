"""``dvara-examples tap``."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dvara_examples.faults import Faults


def _address(_context: click.Context, _parameter: click.Parameter, url: str) -> str:
    from dvara_examples.core.errors import GatewayError
    from dvara_examples.gateways.url import normalised

    try:
        return normalised(url, "the address")
    except GatewayError as error:
        raise click.BadParameter(str(error)) from None


def _file(_context: click.Context, _parameter: click.Parameter, path: Path | None) -> Path | None:
    """Fail now if the file cannot be written at the end."""
    if path is not None and path.exists() and not path.is_file():
        raise click.BadParameter(f"{path} exists and is not a regular file; name a new file or one that may be replaced")
    if path is not None and not os.access(path.absolute().parent, os.W_OK):
        raise click.BadParameter(
            f"{path.absolute().parent} is not in a writable folder; name a file in a folder that you can write to"
        )
    return path


def _faults(_context: click.Context, _parameter: click.Parameter, entries: tuple[str, ...]) -> "tuple[Faults, ...]":
    return tuple(map(_entry, entries))


def _entry(text: str) -> "Faults":
    import yaml

    from dvara_examples.core.values import InvalidValue
    from dvara_examples.faults import parse_faults

    try:
        return parse_faults(yaml.safe_load(text))
    except InvalidValue as error:
        raise click.BadParameter(f"{text}: {'.'.join(map(str, error.path))}{': ' if error.path else ''}{error}") from None
    except (yaml.YAMLError, RecursionError):
        raise click.BadParameter(f"expected YAML such as {{cut: {{after_events: 3}}}}, found {text!r}") from None


@click.command("tap")
@click.argument("url", callback=_address)
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65_535),
    default=8081,
    show_default=True,
    help="Port on loopback; 0 picks a free one.",
)
@click.option(
    "--save", type=click.Path(path_type=Path), metavar="FILE", callback=_file, help="Save all exchanges to FILE on exit."
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    callback=_faults,
    help="Fault for the next answer, as under `faults:` in a manifest. Repeatable.",
)
def command(url: str, port: int, save: Path | None, faults: "tuple[Faults, ...]") -> None:
    """Watch the traffic between any client and the gateway at URL. Press Ctrl-C to stop.

    If DVARA_API_KEY is set, clients get a throw-away key, which the tap replaces with the real one. Otherwise they send their
    own key.

    \b
    dvara-examples tap https://gw.example.com/v1
    dvara-examples tap http://localhost:8080 --port 0 --save exchanges.jsonl
    dvara-examples tap http://localhost:8080 --fault '{cut: {after_events: 3}}'
    """
    from dvara_examples.cli._tapping import TapOptions, tap_until_stopped
    from dvara_examples.core.clock import SystemClock
    from dvara_examples.gateways.url import sendable
    from dvara_examples.records.model import Endpoint

    upstream = Endpoint(url, sendable(os.environ.get("DVARA_API_KEY", "")))
    wanted = TapOptions(upstream, port, save, os.environ.get("DVARA_MODEL") or "gpt-4o", faults)
    try:
        tap_until_stopped(wanted, os.environ, SystemClock(), sys.stdout)
    except BrokenPipeError:  # whoever read has left (`| head`): that is an end as good as Ctrl-C
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
