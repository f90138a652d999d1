"""TAB completion: ids, tags and languages of the current manifest, stored runs, and words to explain.

It must be quick and must never fail: it scans the manifest without checking it, and offers nothing if anything
goes wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from dvara_examples.core.world import World

Offer = Callable[[click.Context, str], "Iterable[tuple[str, str]]"]
Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]

_HELP_CHARS = 60


def _offering(offer: Offer) -> Completer:
    """Turn *offer*, which returns words and their descriptions, into a callback for Click."""

    @wraps(offer)
    def complete(context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        try:
            offered = list(offer(context, begun))
        except Exception:  # noqa: BLE001 - a key press is no place for an error
            return []
        return [CompletionItem(word, help=_brief(what)) for word, what in offered if word.startswith(begun)]

    return complete


def _brief(text: str) -> str | None:
    line = " ".join(text.split())
    return (line if len(line) <= _HELP_CHARS else f"{line[: _HELP_CHARS - 3]}...") or None


def _world(context: click.Context) -> World:
    from dvara_examples.cli._world import build_world

    return build_world(context.params.get("manifest"))


def _examples(context: click.Context) -> list[Mapping[str, object]]:
    """Return the entries of the manifest as written."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(_world(context).manifest_path.read_bytes(), loader)  # noqa: S506 - a safe loader
    return [entry for entry in document["examples"] if isinstance(entry, dict)]


def _ids(context: click.Context, begun: str) -> Iterable[tuple[str, str]]:
    """Offer the examples, and variants after a whole id or a bracket."""
    entries = _examples(context)
    for entry in entries:
        example_id, title = str(entry.get("id")), str(entry.get("title") or "")
        yield example_id, title
        variants = entry.get("variants")
        if isinstance(variants, dict) and (begun == example_id or begun.startswith(f"{example_id}[")):
            yield from ((f"{example_id}[{language}]", title) for language in variants)


def _runs(context: click.Context) -> Iterable[tuple[str, str]]:
    names = sorted((path.parent.name for path in _world(context).runs_dir.glob("*/run.json")), reverse=True)
    if names:
        yield "latest", f"the run {names[0]}"
    yield from ((name, "a stored run") for name in names)


def files(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Let the shell offer files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(begun, type="file")]


@_offering
def selectors(context: click.Context, begun: str) -> Iterable[tuple[str, str]]:
    """Offer `all`, examples, variants, and scripts as files."""
    yield "all", "every example that is not opt-in"
    yield from _ids(context, begun)
    if "/" in begun:
        yield from ((str(path), "") for path in _scripts(context, begun))


def _scripts(context: click.Context, begun: str) -> Iterable[str]:
    folder = Path(begun).parent if not begun.endswith("/") else Path(begun)
    for path in sorted((_world(context).cwd / folder).iterdir()):
        if not path.name.startswith((".", "_")):
            yield f"{folder / path.name}{'/' if path.is_dir() else ''}"


@_offering
def languages(context: click.Context, _begun: str) -> Iterable[tuple[str, str]]:
    """Offer the languages of the manifest's variants."""
    variants = (entry.get("variants") for entry in _examples(context))
    found = dict.fromkeys(str(language) for each in variants if isinstance(each, dict) for language in each)
    return ((language, "") for language in found)


@_offering
def tags(context: click.Context, _begun: str) -> Iterable[tuple[str, str]]:
    """Offer the tags of the examples."""
    tagged = (entry.get("tags") for entry in _examples(context))
    found = sorted({str(tag) for each in tagged if isinstance(each, list) for tag in each})
    return ((tag, "") for tag in found)


@_offering
def runs(context: click.Context, _begun: str) -> Iterable[tuple[str, str]]:
    """Offer stored runs, newest first."""
    return _runs(context)


@_offering
def examples_and_runs(context: click.Context, begun: str) -> Iterable[tuple[str, str]]:
    """Offer the arguments of `show`."""
    yield from _runs(context)
    yield from _ids(context, begun)


@_offering
def variants_of_run(context: click.Context, _begun: str) -> Iterable[tuple[str, str]]:
    """Offer the variants of the stored run named before."""
    from dvara_examples.records.run_folder import find_run

    world = _world(context)
    document = find_run(world.runs_dir, context.params["name"], world.cwd).read()
    return ((entry.id, str(entry.outcome or entry.reason)) for entry in document.runs)


@_offering
def words(_context: click.Context, _begun: str) -> Iterable[tuple[str, str]]:
    """Offer what `explain` explains."""
    from dvara_examples.core.explanations import words

    return ((found.word, found.meaning.replace("`", "")) for group in words().values() for found in group)


@_offering
def report_kinds(_context: click.Context, begun: str) -> Iterable[tuple[str, str]]:
    """Offer the kinds of reports; the shell completes the path after the sign."""
    from dvara_examples.reports import report_kinds as kinds

    return () if "=" in begun else ((kind, "") for kind in kinds())


@_offering
def gateways(_context: click.Context, _begun: str) -> Iterable[tuple[str, str]]:
    """Offer the kinds of gateways, and the gateways that can be started."""
    from dvara_examples.gateways._find import known_names

    yield from (
        ("auto", "the gateway at DVARA_URL, else the embedded one"),
        ("embedded", "starts with each run"),
        ("url", "at DVARA_URL"),
    )
    for kind in ("command", "docker"):
        yield kind, "start a gateway that is described"
        yield from ((f"{kind}:{name}", "start this gateway") for name in known_names())
