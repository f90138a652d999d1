"""What `list` shows is kept for as long as nothing that it depends on has changed."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dvara_examples.core.errors import ManifestError
from dvara_examples.core.world import World
from dvara_examples.manifest import listing
from dvara_examples.manifest.listing import listing_of
from dvara_examples.manifest.loader import load_manifest
from dvara_examples.selection.select import select

GOOD = """version: 1
examples:
- {id: one, title: One, tags: [a], needs: [scripted], expect: {exit: 0}, packages: {python: list.txt}, variants: {python: a.py}}
- {id: two, title: Two, opt_in: true, expect: {exit: 0}, variants: {python: b.py, node: n/b.mjs}}
"""


@dataclass(frozen=True, slots=True)
class Later:
    """A clock that is an hour ahead, so that all that was just written counts as settled, or one that is right."""

    ahead: timedelta = timedelta(hours=1)

    def monotonic(self) -> float:
        """Return a fixed point."""
        return 0.0

    def utc_now(self) -> datetime:
        """Return the moment."""
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a world with a manifest of two examples."""
    root = tmp_path / "root"
    (root / "n").mkdir(parents=True)
    for name in ("a.py", "b.py", "n/b.mjs", "list.txt"):
        (root / name).touch()
    (root / "manifest.yaml").write_text(GOOD)
    places = {"cwd": root, "root": root, "manifest_path": root / "manifest.yaml", "state_dir": tmp_path / "state"}
    streams = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    return World({}, cache_dir=tmp_path / "cache", clock=Later(), **places, **streams)  # type: ignore[arg-type]


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return a list that grows with each time that a manifest is really read."""
    seen: list[Path] = []

    def counted(path: Path, *args: object, **more: object) -> object:
        seen.append(path)
        return load_manifest(path, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("dvara_examples.manifest.loader.load_manifest", counted)
    return seen


def test_the_second_time_says_the_same_without_reading(world: World, readings: list[Path]) -> None:
    """What was kept equals what was read, and what the manifest itself says."""
    first = listing_of(world)
    assert listing_of(world) == first
    assert len(readings) == 1
    manifest = load_manifest(world.manifest_path, world.root)
    assert [(e.id, e.title, e.tags, e.needs, e.opt_in) for e in first.examples] == [
        (e.id, e.title, e.tags, e.needs, e.opt_in) for e in manifest.examples
    ]
    assert [(v.id, v.file, v.relative) for v in first.variants] == [(v.id, v.file, v.relative) for v in manifest.variants]


@pytest.mark.parametrize("words", [("all",), ("two",), ("*[node]",), ("n/b.mjs",), ()], ids=str)
@pytest.mark.parametrize("filters", [(), ("language(python) | needs(scripted) | file(b.mjs)",)], ids=str)
def test_the_same_is_selected(world: World, words: tuple[str, ...], filters: tuple[str, ...]) -> None:
    """Ids, patterns, paths and filters choose the same of what was kept as of the manifest."""
    listing_of(world)
    manifest = load_manifest(world.manifest_path, world.root)
    chosen = [select(source, words, cwd=world.cwd, filters=filters) for source in (listing_of(world), manifest)]
    assert [v.id for v in chosen[0]] == [v.id for v in chosen[1]]


def _replace_script_by_link(root: Path) -> None:
    (root / "a.py").unlink()
    (root / "a.py").symlink_to(root / "b.py")


CHANGES: dict[str, Callable[[Path], object]] = {
    "another text": lambda root: (root / "manifest.yaml").write_text(GOOD.replace("Two", "Too")),
    "a script more": lambda root: (root / "c.py").touch(),
    "a script more in a folder below": lambda root: (root / "n" / "c.mjs").touch(),
    "a link in place of a script": _replace_script_by_link,
    "another list": lambda root: (root / "list.txt").write_text("openai\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changed_is_read_again(world: World, readings: list[Path], change: Callable[[Path], object]) -> None:
    """A change of whatever the listing depends on is noticed, though its time is set back."""
    listing_of(world)
    before = {path: path.stat() for path in (world.root, *world.root.iterdir())}
    change(world.root)
    for path, seen in before.items():
        os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    listing_of(world)
    assert len(readings) == 2


@pytest.mark.parametrize("gone", ["a.py", "list.txt", "n/b.mjs"])
def test_what_went_away_is_missed(world: World, gone: str) -> None:
    """A script or a list that is no longer there is an error, as it is without anything kept."""
    listing_of(world)
    (world.root / gone).unlink()
    with pytest.raises(ManifestError, match=Path(gone).name):
        listing_of(world)


def test_the_target_of_a_link_that_went_away_is_missed(world: World) -> None:
    """A link stays as it is when its target goes."""
    (world.root / "c").mkdir()
    (world.root / "c" / "target.py").touch()
    (world.root / "b.py").unlink()
    (world.root / "b.py").symlink_to("c/target.py")
    listing_of(world)
    (world.root / "c" / "target.py").unlink()
    with pytest.raises(ManifestError, match=r"b\.py"):
        listing_of(world)


def test_notes_are_told_each_time(world: World) -> None:
    """A script that no variant names is worth a note, whether the manifest was read or not."""
    (world.root / "c.py").touch()
    assert listing_of(world).notes == listing_of(world).notes
    told = world.stderr.getvalue()  # type: ignore[attr-defined]
    assert told.count("note: 1 script is named by no variant (c.py)") == 2


def test_another_release_reads_again(world: World, readings: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What decides what a manifest may say belongs to what was kept: other modules, or the same ones changed."""
    package = tmp_path / "package"
    (package / "faults").mkdir(parents=True)
    (package / "faults" / "cut.py").write_text("one")
    listing_of(world)
    monkeypatch.setattr(listing, "_PACKAGE", package)
    for written in ("two", "three"):
        listing_of(world)
        listing_of(world)
        (package / "faults" / "cut.py").write_text(written)
    listing_of(world)
    assert len(readings) == 4


def test_what_has_just_changed_is_not_kept(world: World, readings: list[Path]) -> None:
    """A file may change again within the same moment, and would then look as it did."""
    now = replace(world, clock=Later(timedelta()))
    listing_of(now)
    listing_of(now)
    assert len(readings) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": {}}', '{"place": 1, "state": []}', "\xff"])
def test_what_is_damaged_is_read_again(world: World, text: str) -> None:
    """A half-written or foreign file in the cache is as good as none."""
    first = listing_of(world)
    (kept,) = (world.cache_dir / "listings").iterdir()
    kept.write_text(text, "latin-1")
    assert listing_of(world) == first


def test_a_cache_that_takes_no_file_is_no_fault(world: World) -> None:
    """Nothing is kept, and the listing is the same."""
    first = listing_of(world)
    (kept,) = (world.cache_dir / "listings").iterdir()
    kept.unlink()
    (world.cache_dir / "listings").rmdir()
    (world.cache_dir / "listings").touch()
    assert listing_of(world) == first


def test_an_unchanged_manifest_needs_no_yaml(world: World) -> None:
    """The command imports neither YAML nor a toolchain, the second time."""
    program = (
        "import atexit, sys\n"
        "from dvara_examples.cli import main\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "sys.argv = ['dvara-examples', 'list', '--manifest', 'manifest.yaml']\n"
        "main()\n"
    )
    listing_of(world)
    kept = {"DVARA_EXAMPLES_CACHE": str(world.cache_dir), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=world.root, env=kept, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines() == ["one  python  One  #a"]
    imported = done.stderr.splitlines()[-1].split()
    assert "dvara_examples.manifest.listing" in imported
    assert not {"yaml", "dvara_examples.manifest.loader", "dvara_examples.toolchains"}.intersection(imported)
