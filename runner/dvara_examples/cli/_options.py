"""Options that several commands share; each group reaches a command as one value."""

import functools
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from dvara_examples.selection.options import Control, Selection, Shard

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from dvara_examples.reports._opening import ReportRequest

F = TypeVar("F", bound=Callable[..., object])
Option = Callable[[Callable[..., object]], Callable[..., object]]


def completing(what: str) -> Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]:
    """Return the callback for TAB completion: the function *what* of ``_completion``, imported on demand."""

    def complete(context: click.Context, parameter: click.Parameter, begun: str) -> "list[CompletionItem]":
        from dvara_examples.cli import _completion

        offer: Callable[..., list[CompletionItem]] = getattr(_completion, what)
        return offer(context, parameter, begun)

    return complete


def bundled(name: str, kind: type[Any], *options: Option) -> Callable[[F], F]:
    """Return a decorator that adds *options* to a command and passes their values as one dataclass *kind*, named *name*.

    The name of each option is that of a field of *kind*.
    """
    names = [field.name for field in fields(kind)]

    def decorate(command: F) -> F:
        @functools.wraps(command)
        def take_apart(**values: object) -> object:
            bundle = kind(**{field: values.pop(field) for field in names})
            return command(**values, **{name: bundle})

        decorated: Callable[..., object] = take_apart
        for option in reversed(options):
            decorated = option(decorated)
        return cast("F", decorated)

    return decorate


@dataclass(frozen=True, slots=True)
class Planning:
    """How the selected examples are planned."""

    gateway: str
    missing_toolchain: str | None


@dataclass(frozen=True, slots=True)
class Placing:
    """Where scripts run: *place* is None for this machine; *images* names the image of each language.

    *memory* is the memory limit of a container in bytes, None for no limit.
    """

    place: str | None
    images: dict[str, str]
    memory: int | None


@dataclass(frozen=True, slots=True)
class Running:
    """How examples run; None means the default."""

    jobs: int | None
    max_requests: int | None
    max_tokens: int | None
    deps: str
    offline: bool
    verbose: bool


def _take_shipped(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    """Use the shipped manifest."""
    if not asked:
        return
    if context.params.get("manifest") is not None:
        raise click.UsageError("--manifest and --shipped name two manifests; give one of them")
    from dvara_examples.cli._world import shipped_manifest

    context.params["manifest"] = shipped_manifest()


def _named_manifest(context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    """Keep the manifest that --shipped chose."""
    shipped: Path | None = context.params.get("manifest")
    if path is not None and shipped is not None:
        raise click.UsageError("--manifest and --shipped name two manifests; give one of them")
    return path or shipped


own_manifest_option = click.option(
    "--manifest",
    type=click.Path(path_type=Path),
    metavar="PATH",
    callback=_named_manifest,
    help="Use this manifest instead of examples/manifest.yaml.",
)
_shipped_option = click.option(
    "--shipped",
    is_flag=True,
    expose_value=False,
    callback=_take_shipped,
    help="Use the examples that come with this tool.",
)


def manifest_option(command: F) -> F:
    """Add ``--manifest`` and ``--shipped``, which both set ``manifest``."""
    return own_manifest_option(_shipped_option(command))


class _GatewayType(click.ParamType[str]):
    """A kind of gateway, optionally with the name of a description after a colon."""

    name = "gateway"
    plain = ("auto", "embedded", "url")
    named = ("command", "docker")

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return *value* unchanged if it is valid."""
        kind, colon, name = value.partition(":")
        if kind in self.named and bool(colon) == bool(name):
            return value
        if value not in self.plain:
            self.fail(f"expected {', '.join(self.plain)}, command[:NAME] or docker[:NAME], found {value!r}", param, ctx)
        return value


gateway_option = click.option(
    "--gateway",
    type=_GatewayType(),
    default="auto",
    show_default=True,
    metavar="KIND[:NAME]",
    shell_complete=completing("gateways"),
    help="Gateway to use: auto (DVARA_URL if set, else embedded), embedded, url, command or docker.",
)
deps_option = click.option(
    "--deps",
    type=click.Choice(("locked", "lowest", "latest")),
    default="locked",
    show_default=True,
    help="Releases of the SDKs: those in the lock files, the oldest supported, or the newest.",
)
_selection = bundled(
    "wanted",
    Selection,
    click.argument("selectors", nargs=-1, metavar="[SELECTOR]...", shell_complete=completing("selectors")),
    click.option(
        "-l",
        "--language",
        "languages",
        multiple=True,
        metavar="LANGUAGE",
        shell_complete=completing("languages"),
        help="Only this language. Repeatable.",
    ),
    click.option(
        "-t",
        "--tag",
        "tags",
        multiple=True,
        metavar="TAG",
        shell_complete=completing("tags"),
        help="Only examples with this tag. Repeatable.",
    ),
    click.option(
        "-E",
        "--filter",
        "filters",
        multiple=True,
        metavar="EXPRESSION",
        help="Only what matches, such as 'tag(smoke) & !language(java)'. Repeatable.",
    ),
)
_planning = bundled(
    "planning",
    Planning,
    gateway_option,
    click.option(
        "--missing-toolchain",
        type=click.Choice(("skip", "error")),
        help="What to do if a runtime is not installed.  [default: error if CI is set, else skip]",
    ),
)
_running = bundled(
    "running",
    Running,
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(1, 64),
        metavar="N",
        help="Run at most N examples at once.  [default: as many as fit; one per core with DVARA_URL]",
    ),
    click.option(
        "--max-requests",
        type=click.IntRange(1),
        metavar="N",
        help="Stop sending requests after N.  [default: 200 with DVARA_URL]",
    ),
    click.option("--max-tokens", type=click.IntRange(1), metavar="N", help="Stop sending requests after N tokens."),
    deps_option,
    click.option("--offline", is_flag=True, help="Do not use the network. What `setup` has not prepared is an error."),
    click.option("-v", "--verbose", is_flag=True, help="Print the output of the examples and every finding."),
)


def _parse_reports(context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> "tuple[ReportRequest, ...]":
    """Parse every KIND[=PATH]; import the reports only if there is one."""
    if not texts:
        return ()
    from dvara_examples.core.values import InvalidValue
    from dvara_examples.reports._opening import parse_request, separate_paths

    try:
        requests = tuple(map(parse_request, texts))
    except InvalidValue as error:
        raise click.BadParameter(str(error), context, option) from None
    separate_paths(requests, Path.cwd(), folder=Path("(the run's folder)"))  # which is created later
    return requests


report_option = click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="KIND[=PATH]",
    callback=_parse_reports,
    shell_complete=completing("report_kinds"),
    help="Also write a report: events, github, html, json, junit or markdown. PATH defaults to a file in the run's folder"
    " (github: stdout); - is stdout. Repeatable.",
)


def _shard(_context: click.Context, _option: click.Parameter, text: str | None) -> Shard | None:
    """Parse ``2/4``, or ``auto/4`` with the index of a Kubernetes job (from 0)."""
    if text is None:
        return None
    index, _, of = text.partition("/")
    if index == "auto":
        told = os.environ.get(_JOB_INDEX, "")
        if not _is_number(told):
            raise click.BadParameter(f"{_JOB_INDEX} is {told!r}; auto needs the number that an Indexed Job puts there")
        index = str(int(told) + 1)
    if not (_is_number(index) and _is_number(of) and 1 <= int(index) <= int(of) <= _MOST_SHARDS):
        sentence = f"expected a part such as 1/4, or auto/4 with {_JOB_INDEX}, found {text!r}"
        raise click.BadParameter(f"{sentence} (this would be number {index} of {of or 'nothing'})")
    return Shard(int(index), int(of))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(_MOST_SHARDS))


_JOB_INDEX = "JOB_COMPLETION_INDEX"
_MOST_SHARDS = 10_000
_control = bundled(
    "control",
    Control,
    click.option("--last-failed", is_flag=True, help="Only what did not pass in the latest run; everything if all passed."),
    click.option("--fail-fast", is_flag=True, help="Stop after the first run that does not pass."),
    click.option(
        "--retries",
        type=click.IntRange(0, 100),
        default=0,
        metavar="N",
        help="Retry a failed run up to N times. A run that passes on retry is flaky: the exit code stays 1.",
    ),
    click.option("--allow-flaky", is_flag=True, help="Count flaky runs as passed."),
    click.option("--repeat", type=click.IntRange(1, 1_000), default=1, metavar="N", help="Run everything N times."),
    click.option("--shard", callback=_shard, metavar="I/N", help="Only part I of N. `report merge` joins the parts."),
)


def _images(context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """Parse every LANGUAGE=NAME."""
    found = {}
    for text in texts:
        language, sign, name = text.partition("=")
        if not (language and sign and name):
            raise click.BadParameter(f"expected LANGUAGE=NAME, found {text!r}", context, option)
        found[language] = name
    return found


def _memory(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """Parse a size in Docker's notation: 512m, 2g."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,9})([bkmg]?)", text.lower())
    size = int(found[1]) * 1024 ** "bkmg".index(found[2] or "b") if found else 0
    if size < _LEAST_MEMORY:
        raise click.BadParameter(f"expected a size of 64m or more, such as 512m, found {text!r}", context, option)
    return size


_LEAST_MEMORY = 64 * 1024**2

place_options = bundled(
    "placing",
    Placing,
    click.option("--in", "place", type=click.Choice(("docker",)), help="Run scripts in containers, one for each language."),
    click.option(
        "--image",
        "images",
        multiple=True,
        metavar="LANGUAGE=NAME",
        callback=_images,
        help="Image of a language for --in docker. Repeatable.",
    ),
    click.option("--memory", callback=_memory, metavar="SIZE", help="Limit the memory of each container, as in 2g."),
)


def selection_options(command: F) -> F:
    """Add the selectors, ``--language``, ``--tag`` and ``--filter``, as ``wanted``, and ``--manifest``."""
    return _selection(manifest_option(command))


def planning_options(command: F) -> F:
    """Add the options for planning, as ``planning``."""
    return _planning(command)


def running_options(command: F) -> F:
    """Add the options for running, as ``running``."""
    return _running(command)


def control_options(command: F) -> F:
    """Add the options for retries, repetitions and shards, as ``control``."""
    return _control(command)
