"""The work of ``check-gateway``: opens provider and gateway, runs the cases, prints and compares."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TextIO

import click

from dvara_examples.cli._world import build_world
from dvara_examples.core.clock import SystemClock, Timer, start_timer
from dvara_examples.core.errors import ExitCode, GatewayError, ReportError, refused_by_system
from dvara_examples.core.extras import import_extra
from dvara_examples.gateway_check.cases import GatewayCase, all_cases
from dvara_examples.gateway_check.check import Checked, check_gateway
from dvara_examples.gateway_check.client import CheckedGateway
from dvara_examples.gateway_check.expected import changes, read_expected, write_expected
from dvara_examples.gateway_check.provider import CheckProvider, check_provider
from dvara_examples.gateway_check.recording import EffectKind
from dvara_examples.gateway_check.started import USUAL_KEY, start_checked
from dvara_examples.gateway_check.tables import report, table, timeline
from dvara_examples.gateways import USUAL_MODEL


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """The options of the command; *reports* has kinds and paths."""

    started: str | None
    manifest: Path | None
    provider_port: int
    provider_host: str
    model: str | None
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    globs: tuple[str, ...]
    slow: bool
    expect: Path | None
    write_expect: Path | None
    timelines: tuple[str, ...]
    reports: tuple[tuple[str, str], ...]


def run_check(options: CheckOptions, stdout: TextIO, stderr: TextIO) -> int:
    """Check the gateway and return the exit code. Raises GatewayError if it cannot be checked."""
    cases = _selected(options)
    expected = read_expected(options.expect.read_text("utf-8", "replace"), str(options.expect)) if options.expect else None
    timer = start_timer(SystemClock())
    if any(kind == "html" for kind, _ in options.reports):
        import_extra("jinja2", "html", "the HTML report")
    with _opened(options, timer, stderr) as (gateway, provider):
        shown = options.started or gateway.base_url
        checked = check_gateway(gateway, provider, cases, timer)
    changed = None if expected is None else tuple(changes(checked, expected))
    _print(checked, options.timelines, stdout, stderr)
    for change in changed or ():
        stdout.write(f"changed behaviour: {change}\n")
    for kind, path in options.reports:
        _write(path, report(kind, checked, changed, shown), stdout)
    if options.write_expect:
        _write(str(options.write_expect), write_expected(checked), stdout)
    red = bool(changed) if changed is not None else any(result.worst is EffectKind.HIDDEN for result in checked.results)
    return ExitCode.FAILED if red and not options.write_expect else ExitCode.OK


def _selected(options: CheckOptions) -> Sequence[GatewayCase]:
    every = all_cases()
    known = [case.id for case in every]
    for glob in (*options.globs, *options.timelines):
        if not any(fnmatchcase(case_id, glob) for case_id in known):
            raise click.UsageError(f"expected the id of a case, found {glob!r}; --list shows them")
    chosen = [case for case in every if not options.globs or any(fnmatchcase(case.id, glob) for glob in options.globs)]
    chosen = [case for case in chosen if options.slow or not case.slow]
    if not chosen:
        raise click.UsageError("expected a case to run, found slow ones only; add --slow")
    return chosen


@contextmanager
def _opened(options: CheckOptions, timer: Timer, stderr: TextIO) -> Iterator[tuple[CheckedGateway, CheckProvider]]:
    if options.started:
        with _started(options, timer) as opened:
            yield opened
        return
    from dvara_examples.gateways.url import normalised, sendable

    url = os.environ.get("DVARA_URL")
    if not url:
        raise GatewayError("DVARA_URL is not set", "set it to the gateway's address, or use --gateway command:NAME")
    key = sendable(os.environ.get("DVARA_API_KEY") or USUAL_KEY)
    gateway = CheckedGateway(normalised(url), key, _model(options), options.headers)
    with check_provider(timer, options.provider_host, options.provider_port) as (provider, port):
        stderr.write(f"provider: http://{options.provider_host}:{port}/v1 · gateway: {gateway.base_url}\n")
        yield gateway, provider


@contextmanager
def _started(options: CheckOptions, timer: Timer) -> Iterator[tuple[CheckedGateway, CheckProvider]]:
    from dvara_examples.manifest.loader import load_manifest

    world = build_world(options.manifest, may_be_new=True)
    described = options.manifest is not None or world.manifest_path.is_file()
    own = load_manifest(world.manifest_path, world.root).gateways if described else {}
    with start_checked(options.started or "", world, own, timer) as started:
        at = started.running.endpoint
        yield CheckedGateway(at.base_url, at.key, _model(options, at.model), (*at.headers, *options.headers)), started.provider


def _model(options: CheckOptions, usual: str | None = None) -> str:
    return options.model or os.environ.get("DVARA_MODEL") or usual or USUAL_MODEL


def _print(checked: Checked, timelines: Sequence[str], stdout: TextIO, stderr: TextIO) -> None:
    for note in (*checked.notes, *(f"left out: {reason}" for reason in checked.left_out)):
        stderr.write(f"note: {note}\n")
    for line in table(checked):
        stdout.write(line + "\n")
    for result in checked.results:
        if any(fnmatchcase(result.case.id, glob) for glob in timelines):
            stdout.write("\n" + "\n".join(timeline(result)) + "\n")


def _write(path: str, text: str, stdout: TextIO) -> None:
    if path == "-":
        stdout.write(text)
        return
    try:
        Path(path).write_text(text, "utf-8")
    except OSError as error:
        raise ReportError(refused_by_system(error)) from None
