"""Which runs a saved file affects; pure, except for a look at the existing lists of dependencies."""

import itertools
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from dvara_examples.manifest import Example, Manifest, Origin, Variant

Suffixes = Mapping[str, tuple[str, ...]]
"""The endings of scripts, by language."""
Lists = Mapping[str, tuple[str, ...]]
"""The files that say which dependencies scripts get, relative to the folder that holds them, by language."""

Sources = Mapping[str, tuple[Path, ...]]
"""The folders of the repository from which variants get packages, by their ids."""

_NOT_WATCHED = frozenset({"node_modules", "__pycache__", "build", "dist", "venv", "test", "tests"})
_MOST_FOLDERS = 500
_NOWHERE = Origin("", 0, 0)


def concerned(
    saved: Collection[Path], manifest: Manifest, suffixes: Suffixes, lists: Lists, sources: Sources = MappingProxyType({})
) -> frozenset[str]:
    """Return the ids of the variants that the files *saved* affect, except by way of the manifest.

    A script affects its variants. Any other file next to scripts in their language may be used by all
    of them; so may a list of dependencies, and code in the *sources* of packages.
    """
    paths = {os.path.realpath(path) for path in saved}
    scripts = {os.path.realpath(variant.file) for variant in manifest.variants}
    homes = {os.path.dirname(path) for path in scripts}  # noqa: PTH120
    helpers = {(os.path.dirname(path), os.path.splitext(path)[1]) for path in paths - scripts}  # noqa: PTH120, PTH122 - texts are quicker
    used = {path: set(Path(path).parents) for path in paths - scripts if os.path.dirname(path) not in homes}  # noqa: PTH120

    def touches(variant: Variant) -> bool:
        script = os.path.realpath(variant.file)
        folder = os.path.dirname(script)  # noqa: PTH120
        return (
            script in paths
            or any((folder, suffix) in helpers for suffix in suffixes.get(variant.language, ()))
            or any(os.path.realpath(path) in paths for path in _lists(variant, manifest.root, lists))
            or any(_holds(source, used, _code(variant, suffixes, lists)) for source in sources.get(variant.id, ()))
        )

    return frozenset(variant.id for variant in manifest.variants if touches(variant))


def _holds(source: Path, used: Mapping[str, set[Path]], endings: tuple[str, ...]) -> bool:
    """Tell whether *source* contains one of the files *used*, with their *folders*, in a part that is watched."""
    real = Path(os.path.realpath(source))
    return any(
        path.endswith(endings) and real in folders and _is_watched(Path(path).parent.relative_to(real))
        for path, folders in used.items()
    )


def _code(variant: Variant, suffixes: Suffixes, lists: Lists) -> tuple[str, ...]:
    """Return the endings of the files of a package in the language of *variant*: its code, and its lists."""
    return (*suffixes.get(variant.language, ()), *(f"/{name}" for name in lists.get(variant.language, ())))


def _is_watched(folder: Path) -> bool:
    return not any(part.startswith(".") or part in _NOT_WATCHED for part in folder.parts)


def changed(before: Manifest, after: Manifest) -> frozenset[str]:
    """Return the ids of the variants in *after* that differ from *before*; lines do not matter."""
    known = dict(_meanings(before))
    return frozenset(variant_id for variant_id, meaning in _meanings(after) if known.get(variant_id) != meaning)


def watched_folders(manifest: Manifest, lists: Lists, sources: Sources = MappingProxyType({})) -> frozenset[Path]:
    """Return the folders in which a file that affects *manifest* can be saved."""
    folders = {manifest.path.parent, *(variant.file.parent for variant in manifest.variants)}
    links = (variant.file for variant in manifest.variants if variant.file.is_symlink())
    folders.update(Path(os.path.realpath(link)).parent for link in links)  # an editor of the link target saves there
    by_folder = {(variant.language, variant.file.parent): variant for variant in manifest.variants}
    folders.update(path.parent for variant in by_folder.values() for path in _lists(variant, manifest.root, lists))
    for source in dict.fromkeys(source for found in sources.values() for source in found):
        folders.update(_below(source))
    return frozenset(folder for folder in folders if folder.is_dir())


def _below(source: Path) -> Iterator[Path]:
    """Yield *source* and the watched folders in it, a limited number of them."""
    found = (Path(here) for here, folders, _ in os.walk(source) if _prune(folders))
    yield from itertools.islice(found, _MOST_FOLDERS)


def _prune(folders: list[str]) -> bool:
    """Remove from *folders* what is not watched, in place; always true."""
    folders[:] = sorted(name for name in folders if _is_watched(Path(name)))
    return True


def _meanings(manifest: Manifest) -> Iterator[tuple[str, tuple[Example, Variant, str]]]:
    """Yield the content of each variant; the text of its plain values tells 1 from true."""
    for example in manifest.examples:
        common = replace(example, variants=(), origin=_NOWHERE)
        for variant in example.variants:
            plain = repr((example.answers, example.faults, variant.expect))
            yield variant.id, (common, replace(variant, origin=_NOWHERE, expected_at={}), plain)


def _lists(variant: Variant, root: Path, lists: Lists) -> Iterable[Path]:
    """Return the possible lists of dependencies of *variant*: those of the manifest, and those next to it up to *root*."""
    names = [name.format(script=variant.file.name) for name in lists.get(variant.language, ())]
    within = [folder for folder in (variant.file.parent, *variant.file.parent.parents) if folder.is_relative_to(root)]
    named = [variant.packages.file] if variant.packages is not None and variant.packages.file is not None else []
    if variant.packages is not None and variant.packages.project is not None:  # the files that describe a build are at its top
        named += [path for path in variant.packages.project.iterdir() if path.is_file()]
    return [*named, *(folder / name for folder in within for name in names if (folder / name).is_file())]
