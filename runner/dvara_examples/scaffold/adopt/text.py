"""The manifest's text for drafts, written like a careful person would, with a comment for every guess."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from dvara_examples.scaffold.adopt.groups import Draft
from dvara_examples.scaffold.adopt.script import Surveyed

_WIDE = 10_000
_USUAL_IDLE_S = 30


def header(schema: str, ignored: Sequence[tuple[str, str]] = ()) -> str:
    """Return the beginning of a manifest; *ignored* are the scripts that are not examples, each with the reason."""
    listed = "".join(f"  - {_scalar(path)}  # {reason}\n" for path, reason in ignored)
    return (
        f"# yaml-language-server: $schema={schema}\n"
        "# Written by `dvara-examples init`, which adds what is new when it is called again, and changes nothing else.\n"
        "# Comments tell what was guessed, and what to look at.\n"
        "version: 1\n\n" + (f"ignore:\n{listed}\n" if listed else "") + "examples:\n"
    )


def draft_lines(drafts: Sequence[Draft], base: Path) -> list[str]:
    """Return the entries of *drafts* as lines, with a blank line between them; paths are relative to the folder *base*."""
    lines: list[str] = []
    for draft in drafts:
        lines += [""] if lines else []
        lines += _entry(draft, base)
    return lines


def _entry(draft: Draft, base: Path) -> Iterator[str]:
    yield f"- id: {draft.id}"
    yield f"  title: {_scalar(draft.title)}" + ("  # guessed from the file's name" if draft.made_up else "")
    yield from (f"  # {guess}" for guess in draft.guesses)
    if draft.tags:
        yield f"  tags: [{', '.join(map(_scalar, draft.tags))}]"
    if draft.packages:
        named = {language: list(names) for language, names in draft.packages.items()}
        yield f"  packages: {_value(named)}  # guessed from the imports"
    if draft.endpoint:
        yield f"  endpoint: {_value(draft.endpoint)}"
    if draft.listen is not None:
        lines = ", ".join(f"{script.file.name}:{script.at_line}" for script in draft.runnable)
        yield f"  listen: {draft.listen}  # the address is hard-coded: {lines}"
    if draft.wall_s is not None:
        yield f"  limits: {{wall_s: {draft.wall_s}, idle_s: {max(draft.wall_s // 2, _USUAL_IDLE_S)}}}  # as it took long"
    yield "  expect:"
    yield from (f"    {key}: {_value(value)}" for key, value in draft.expect.items())
    yield "  variants:"
    for language, script in draft.scripts.items():
        path = _scalar(seen_from(script.file, base))
        own = dict(_of_variant(draft, script, base))
        yield f"    {language}:" if own else f"    {language}: {path}"
        if own:
            yield f"      file: {path}"
            yield from (f"      {key}: {_value(value)}" for key, value in own.items())


def _of_variant(draft: Draft, script: Surveyed, base: Path) -> Iterator[tuple[str, object]]:
    """Yield what only this script needs."""
    if script.skip is not None:
        yield "skip", script.skip
        return
    if script.built is not None:
        yield "project", seen_from(script.built.project, base)
        yield "main", script.built.main
    if script.env:
        yield "env", dict(script.env)
    if script.server is not None:
        port = script.server.port
        yield "ready", port if draft.wall_s is None else {"port": port, "within_s": draft.wall_s // 2}
        yield "send", list(script.server.send)
    if script.port is not None and draft.listen is None:
        yield "listen", script.port
    if script.opens_from is not None:
        yield "cwd", seen_from(script.opens_from, base)


def seen_from(file: Path, base: Path) -> str:
    """Return the path of *file* relative to the folder *base*, with forward slashes."""
    return os.path.relpath(file, base).replace(os.sep, "/")


def _scalar(text: str) -> str:
    return yaml.safe_dump(text, width=_WIDE, allow_unicode=True).removesuffix("...\n").rstrip("\n")


def _value(value: object) -> str:
    if isinstance(value, Mapping | list | tuple):
        plain = dict(value) if isinstance(value, Mapping) else list(value)
        return yaml.safe_dump(plain, default_flow_style=True, width=_WIDE, sort_keys=False, allow_unicode=True).rstrip("\n")
    return _scalar(value) if isinstance(value, str) else yaml.safe_dump(value).removesuffix("...\n").rstrip("\n")
