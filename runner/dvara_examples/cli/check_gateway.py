"""``dvara-examples check-gateway``."""

import sys
from pathlib import Path

import click

from dvara_examples.cli._options import own_manifest_option

_NAMES = ("github", "html", "json", "junit", "markdown")


def _headers(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    parts = [tuple(part.strip() for part in text.split(":", 1)) for text in texts]
    for text, pair in zip(texts, parts, strict=True):
        if len(pair) != 2 or not pair[0] or not all(" " <= character <= "~" for character in text):
            raise click.BadParameter("expected NAME:VALUE in printable ASCII")
    return tuple((pair[0], pair[1]) for pair in parts)


def _startable(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    kind, _, name = (text or "").partition(":")
    if text is not None and (kind not in ("command", "docker") or (":" in text and not name)):
        raise click.BadParameter(f"expected command:NAME or docker:NAME, found {text!r}")
    return text


def _reports(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = []
    for text in texts:
        kind, _, path = text.partition("=")
        if kind not in _NAMES:
            raise click.BadParameter(f"expected one of {', '.join(_NAMES)}, found {kind!r}")
        found.append((kind, path or "-"))
    return tuple(found)


@click.command("check-gateway")
@click.option(
    "--gateway",
    "started",
    metavar="KIND:NAME",
    callback=_startable,
    help="Start a described gateway: command:NAME or docker:NAME.  [default: the one at DVARA_URL]",
)
@own_manifest_option
@click.option(
    "--provider-port", metavar="PORT", type=click.IntRange(0, 65_535), default=9099, show_default=True,
    help="Port of the scripted provider; 0 picks a free one.",
)  # fmt: skip
@click.option("--provider-host", metavar="HOST", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--model", metavar="NAME", help="Model to ask for.  [default: DVARA_MODEL, or gpt-4o]")
@click.option("--header", "headers", metavar="NAME:VALUE", multiple=True, callback=_headers, help="Header to send. Repeatable.")
@click.option("--case", "globs", metavar="GLOB", multiple=True, help="Run only cases whose id matches. Repeatable.")
@click.option("--slow", is_flag=True, help="Run the cases with 70 s of silence too.")
@click.option(
    "--expect", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Fail on behaviour that FILE does not name.",
)  # fmt: skip
@click.option(
    "--write-expect", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the behaviour found to FILE."
)
@click.option("--timeline", "timelines", metavar="CASE", multiple=True, help="Show both sides of CASE, event by event.")
@click.option(
    "--report", "reports", metavar="KIND[=PATH]", multiple=True, callback=_reports,
    help="Write a report: github, html, json, junit or markdown. Repeatable.",
)  # fmt: skip
@click.option("--list", "listed", is_flag=True, help="List the cases and exit.")
def command(
    started: str | None, manifest: Path | None, provider_port: int, provider_host: str, model: str | None,
    headers: tuple[tuple[str, str], ...],
    globs: tuple[str, ...], slow: bool, expect: Path | None, write_expect: Path | None, timelines: tuple[str, ...],
    reports: tuple[tuple[str, str], ...], listed: bool,
) -> int:  # fmt: skip
    """Test how a gateway passes on whole, broken and cut answers of a provider.

    Point the provider of the gateway at http://127.0.0.1:9099/v1. Exits with 1 if the gateway passes on
    an incomplete answer as a complete one. With --expect, exits with 1 if the behaviour differs from FILE.

    \b
    DVARA_URL=http://localhost:8080 DVARA_API_KEY=... dvara-examples check-gateway
    dvara-examples check-gateway --gateway command:litellm
    dvara-examples check-gateway --expect gateway.yaml --report junit=check.xml
    """
    from dvara_examples.cli._checking import CheckOptions, run_check
    from dvara_examples.gateway_check.cases import all_cases

    if listed:
        for case in all_cases():
            click.echo(f"{case.id:<28} {case.title}{' (--slow)' if case.slow else ''}")
        return 0
    options = CheckOptions(
        started, manifest, provider_port, provider_host, model, headers, globs, slow, expect, write_expect, timelines, reports
    )
    return run_check(options, sys.stdout, sys.stderr)
