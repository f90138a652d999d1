"""Which pages a command is about: those named, or those of the manifest."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from dvara_examples.core.errors import PageError
from dvara_examples.core.world import World
from dvara_examples.docs_ci.page import OTHER_FORMATS, SUFFIXES, Page, load_page
from dvara_examples.manifest import Manifest


def find_pages(named: Sequence[str], manifest: Manifest, world: World) -> tuple[Page, ...]:
    """Return the pages in *named*, each once; for a folder, all Markdown in it; without names, those of the manifest.

    Raises PageError if there are none, or one cannot be read.
    """
    paths = list(_named(named, world.cwd)) if named else list(declared(manifest))
    if not paths:
        if manifest.docs and not named:
            raise PageError(f"no page is there that the manifest's docs name ({', '.join(manifest.docs)})", "correct them")
        raise PageError("name pages or folders, or list them in the manifest, as in docs: [README.md, docs/*.md]")
    return tuple(load_page(path, world.shown(path)) for path in dict.fromkeys(paths))


def load_pages(named: Sequence[str], world: World) -> tuple[Page, ...]:
    """Read the pages in *named*, each once; for a folder, all Markdown in it. Raises PageError."""
    return tuple(load_page(path, world.shown(path)) for path in dict.fromkeys(_named(named, world.cwd)))


def declared(manifest: Manifest) -> Iterator[Path]:
    """Yield the pages that the manifest names, in its order, then sorted."""
    for pattern in manifest.docs:
        for path in sorted(manifest.root.glob(pattern)):
            yield from below(path) if path.is_dir() else [_readable(path, f"docs of the manifest: {pattern}")]


def _named(named: Sequence[str], cwd: Path) -> Iterator[Path]:
    for name in named:
        path = Path(os.path.normpath(cwd / name))
        if not path.exists():
            raise PageError(f"{name} does not exist", "name a Markdown file or a folder")
        if not path.is_dir():
            yield _readable(path, name)
            continue
        found = list(below(path))
        if not found:
            raise PageError(f"{name}: found no page in this folder", "one with *.md or *.mdx is accepted")
        yield from found


def _readable(path: Path, name: str) -> Path:
    """Return *path*, called *name*. Raises PageError if its format is not supported."""
    if (found := OTHER_FORMATS.get(path.suffix.lower())) is not None:
        raise PageError(f"{name}: expected a page in Markdown or MDX, found {found} ({path.name})")
    return path


def below(folder: Path, suffixes: tuple[str, ...] = SUFFIXES) -> Iterator[Path]:
    """Yield the pages with one of *suffixes* in *folder* and below, except in hidden folders and installed packages."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        pages = (Path(here, name) for name in sorted(files) if name.endswith(suffixes))
        yield from (page for page in pages if page.is_file())  # a link may be broken
