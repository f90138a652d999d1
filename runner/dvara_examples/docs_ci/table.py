"""The table of all examples for a page."""

import os
from pathlib import Path

from dvara_examples.manifest import Example, Manifest
from dvara_examples.toolchains import load_toolchain


def table_lines(manifest: Manifest, page: Path) -> tuple[str, ...]:
    """Return the lines of the table: an example per row, with links to its scripts relative to *page*.

    Opt-in examples have no row. A blank line comes before and after it, because some renderers need it.
    """
    shown = [example for example in manifest.examples if not example.opt_in]
    languages = list(dict.fromkeys(variant.language for example in shown for variant in example.variants))
    heads = ["example", "shows", *(load_toolchain(language).spelling.title for language in languages)]
    rows = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    rows += [f"| {' | '.join([f'`{e.id}`', _escaped(e.title), *_links(e, languages, page)])} |" for e in shown]
    return ("", *rows, "")


def _links(example: Example, languages: list[str], page: Path) -> list[str]:
    files = {variant.language: variant.file for variant in example.variants}
    return [_link(files[language], page) if language in files else "-" for language in languages]


def _link(file: Path, page: Path) -> str:
    target = Path(os.path.relpath(file, page.parent)).as_posix()
    return f"[{file.suffix.removeprefix('.')}]({target})"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
