"""Loads a manifest: the text, its YAML, its examples, and every problem with its position."""

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dvara_examples.core.errors import Diagnosis, ManifestError
from dvara_examples.core.renamed import old_keys
from dvara_examples.core.world import World
from dvara_examples.manifest.checked import CheckedBefore
from dvara_examples.manifest.checks import Checks
from dvara_examples.manifest.declaration import Declaration
from dvara_examples.manifest.examples import read_manifest, refuse_unnamed
from dvara_examples.manifest.model import Manifest
from dvara_examples.manifest.problems import Problem, Problems, Spot
from dvara_examples.manifest.reader import Unreadable, YamlDocument, read_document
from dvara_examples.manifest.scripts import Scripts
from dvara_examples.manifest.source import Position, read_text
from dvara_examples.manifest.vocabulary import Vocabulary, installed_vocabulary, unchecked_vocabulary

LANDMARKS = frozenset({"examples", "variants", "expect"})


def load_manifest(
    path: Path,
    root: Path,
    *,
    display: Path | None = None,
    vocabulary: Vocabulary | None = None,
    also_named: Collection[Path] = (),
    before: CheckedBefore | None = None,
) -> Manifest:
    """Read the manifest at *path*, whose scripts all lie below *root*; both are absolute.

    Scripts that are *also_named* may be next to the manifest's own without being in it.

    Messages name the file relative to the folder *display* (default: *root*), if it is in there. *vocabulary* defines
    the manifest's words (default: the installed plug-ins); it is not used for what is known to be
    valid from *before*. Raises ManifestError with every problem.
    """
    shown = _shown(path, display or root)
    text = read_text(path, shown)
    with _collection_paused():
        try:
            document = read_document(text, LANDMARKS)
        except Unreadable as error:
            raise ManifestError(_sentences(error.problems, shown, text, None)) from None
        problems = Problems(list(document.problems))
        unchanged = before is not None and before.holds(text)
        known = vocabulary or (unchecked_vocabulary() if unchanged else installed_vocabulary())
        scripts = Scripts(root, path.parent, known.suffixes, also_named)
        checks = Checks(shown, Declaration(known, scripts), problems, document.landmarks)
        found, examples = read_manifest(checks, document.value)
        scripts.ignored = found.get("ignore", ())
        if found.get("strict"):
            refuse_unnamed(checks, scripts, found)
        if problems.found:
            raise ManifestError(_sentences(_distinct(problems.found), shown, text, document))
        if before is not None and not unchanged:
            before.note(text)
        notes = (*_notes(document, shown, text), *_unnamed(scripts))
        sources = (path, *map(Path, scripts.looked_at()))
        return Manifest(
            path, root, examples, found.get("docs", ()), notes, found.get("gateways", {}), found.get("images", {}), sources
        )


def manifest_of(world: World, also_named: Collection[Path] = (), *, remember: bool = False) -> Manifest:
    """Read the manifest of *world*; messages name it relative to the current folder. Raises ManifestError.

    Old words are reported to the user as notes. With *remember*, the cache notes that it is valid.
    """
    before = CheckedBefore.of(world.manifest_path, world.cache_dir, writable=remember)
    manifest = load_manifest(world.manifest_path, world.root, display=world.cwd, also_named=also_named, before=before)
    for note in manifest.notes:
        world.stderr.write(f"note: {note}\n")
    return manifest


def _shown(path: Path, display: Path) -> str:
    return (path.relative_to(display) if path.is_relative_to(display) else path).as_posix()


def _notes(document: YamlDocument, shown: str, text: str) -> tuple[str, ...]:
    """Return a sentence for each key that has a new name."""
    old = dict(old_keys(document.value))
    places = _places(text, {(path, True) for path in old}, document)
    found = sorted((places[path, True], path[-1], new) for path, new in old.items())
    return tuple(f"{shown}:{line}:{column}: {old!r} is now {new!r}; rename it" for (line, column), old, new in found)


def _unnamed(scripts: Scripts) -> Iterator[str]:
    """Yield a sentence about the scripts that no variant names, if there are any."""
    found = scripts.unnamed()
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        what = "1 script is" if len(found) == 1 else f"{len(found)} scripts are"
        yield f"{what} named by no variant ({found[0]}{more}); list them under ignore to silence this, or refuse them with strict"


def _distinct(problems: list[Problem]) -> list[Problem]:
    """Leave out second reports about a value or key that YAML's own rules had already refused."""
    refused = {(p.path, p.on_key) for p in problems if p.at is not None}
    return [p for p in problems if p.at is not None or (p.path, p.on_key) not in refused]


def _sentences(problems: list[Problem], shown: str, text: str, document: YamlDocument | None) -> tuple[Diagnosis, ...]:
    """Return the message for each problem, in the order of the file."""
    spots: set[Spot] = {(p.path, p.on_key) for p in problems if p.at is None} | {p.first for p in problems if p.first}
    places = _places(text, spots, document)
    lines = []
    for problem in problems:
        line, column = problem.at or places[problem.path, problem.on_key]
        first = f" (first on line {places[problem.first][0]})" if problem.first else ""
        lines.append((line, column, problem.diagnosis(f"{shown}:{line}:{column}", first)))
    return tuple(dict.fromkeys(told for _, _, told in sorted(lines, key=lambda entry: entry[:2])))


def _places(text: str, spots: set[Spot], document: YamlDocument | None) -> Mapping[Spot, Position]:
    """Return the positions of *spots*; this reads the text once more."""
    if not spots:
        return {}
    from dvara_examples.manifest.positions import find_positions

    return find_positions(text, spots, document.aliases if document else {})


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Keep the garbage collector from walking again and again through values that all stay."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
