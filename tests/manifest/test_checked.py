"""A manifest that was found good is not checked again as a whole, and one that changed is."""

import os
from pathlib import Path

import pytest

from dvara_examples.core.errors import ManifestError
from dvara_examples.manifest import Manifest
from dvara_examples.manifest.checked import CheckedBefore
from dvara_examples.manifest.loader import load_manifest

GOOD = (
    "version: 1\nexamples:\n- {id: one, title: One, expect: {exit: 0}, faults: [{cut: {after_events: 1}}],\n"
    "   variants: {python: a.py}}\n"
)
BAD = GOOD.replace("exit: 0", "exit: [x]")


@pytest.fixture
def before(tmp_path: Path) -> CheckedBefore:
    """Return the note about a manifest that is good."""
    (tmp_path / "a.py").touch()
    (tmp_path / "manifest.yaml").write_text(GOOD)
    return CheckedBefore.of(tmp_path / "manifest.yaml", tmp_path / "cache")


def load(before: CheckedBefore, tmp_path: Path) -> Manifest:
    """Load the manifest, heeding what is noted."""
    return load_manifest(tmp_path / "manifest.yaml", tmp_path, before=before)


def test_what_was_found_good_says_the_same_the_second_time(before: CheckedBefore, tmp_path: Path) -> None:
    """The values are taken as they are, which is what checking them returns too."""
    first = load(before, tmp_path)
    assert before.holds(GOOD)
    assert load(before, tmp_path) == first


def test_a_manifest_that_changed_is_checked(before: CheckedBefore, tmp_path: Path) -> None:
    """One letter is enough."""
    load(before, tmp_path)
    (tmp_path / "manifest.yaml").write_text(BAD)
    with pytest.raises(ManifestError, match="found a list"):
        load(before, tmp_path)
    assert not before.holds(BAD)


def test_a_bad_manifest_is_never_noted(before: CheckedBefore, tmp_path: Path) -> None:
    """It is refused the second time too."""
    (tmp_path / "manifest.yaml").write_text(BAD)
    for _ in range(2):
        with pytest.raises(ManifestError):
            load(before, tmp_path)
    assert not before.file.exists()


def test_a_script_that_went_away_is_found_missing_all_the_same(before: CheckedBefore, tmp_path: Path) -> None:
    """Only what depends on the text alone is remembered."""
    load(before, tmp_path)
    (tmp_path / "a.py").unlink()
    with pytest.raises(ManifestError, match=r"a\.py"):
        load(before, tmp_path)


def test_plug_ins_that_changed_are_asked_again(before: CheckedBefore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer release may accept less."""
    package = tmp_path / "package"
    (package / "faults").mkdir(parents=True)
    plug_in = package / "faults" / "cut.py"
    plug_in.write_text("one")
    monkeypatch.setattr("dvara_examples.manifest.checked._PACKAGE", package)
    before.note(GOOD)
    assert before.holds(GOOD)
    plug_in.write_text("another")
    assert not before.holds(GOOD)
    before.note(GOOD)
    os.utime(plug_in, ns=(1, 1))
    assert not before.holds(GOOD)


@pytest.mark.parametrize("content", [b"", b"\xff", b"0" * 64])
def test_a_note_that_says_something_else_counts_for_nothing(before: CheckedBefore, content: bytes) -> None:
    """Whatever stands there, all is checked."""
    before.note(GOOD)
    before.file.write_bytes(content)
    assert not before.holds(GOOD)


def test_nothing_is_noted_where_nothing_runs(tmp_path: Path) -> None:
    """A command such as `plan` leaves the cache as it is."""
    before = CheckedBefore.of(tmp_path / "manifest.yaml", tmp_path / "cache", writable=False)
    before.note(GOOD)
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "cache").touch()
    before = CheckedBefore.of(tmp_path / "manifest.yaml", tmp_path / "cache")
    before.note(GOOD)
    assert not before.holds(GOOD)
