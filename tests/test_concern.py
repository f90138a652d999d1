"""What a saved file concerns."""

from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.manifest import Manifest, load_manifest
from dvara_examples.selection.affected import changed, concerned, watched_folders

SUFFIXES = {"python": (".py",), "node": (".mjs", ".js"), "java": (".java",)}
LISTS = {"python": ("requirements.txt", "{script}.lock", "uv.lock"), "node": ("package.json", "lowest/package.json")}
MANIFEST = """version: 1
examples:
  - {id: a, title: A, expect: {exit: 0}, variants: {python: python/a.py, node: node/a.mjs}}
  - {id: b, title: B, expect: {exit: 0}, variants: {python: python/b.py, java: java/B.java}}
  - {id: a-again, title: A again, expect: {exit: 0}, variants: {python: python/a.py}}
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    """Three examples in folders by language, with the lists of their dependencies."""
    for name in ("python/a.py", "python/b.py", "python/requirements.txt", "node/a.mjs", "node/package.json", "java/B.java"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "node" / "lowest").mkdir()
    (tmp_path / "node" / "lowest" / "package.json").touch()
    return load(tmp_path, MANIFEST)


def load(root: Path, text: str) -> Manifest:
    """Write *text* as the manifest below *root*, and load it."""
    (root / "manifest.yaml").write_text(text, "utf-8")
    return load_manifest(root / "manifest.yaml", root)


@pytest.mark.parametrize(
    ("saved", "expected"),
    [
        ("python/a.py", {"a[python]", "a-again[python]"}),
        ("python/_helper.py", {"a[python]", "b[python]", "a-again[python]"}),
        ("python/requirements.txt", {"a[python]", "b[python]", "a-again[python]"}),
        ("python/a.py.lock", {"a[python]", "a-again[python]"}),
        ("uv.lock", {"a[python]", "b[python]", "a-again[python]"}),
        ("node/package.json", {"a[node]"}),
        ("node/lowest/package.json", {"a[node]"}),
        ("node/helper.js", {"a[node]"}),
        ("java/B.java", {"b[java]"}),
        ("java/README.md", set()),
        ("python/a.py~", set()),
        ("node/deeper/helper.js", set()),
        ("README.md", set()),
    ],
)
def test_a_file_concerns_the_runs_that_use_it(saved: str, expected: set[str], manifest: Manifest, tmp_path: Path) -> None:
    """A script its variants, a helper those next to it, a list of dependencies those next to it and below, a page nobody."""
    (tmp_path / saved).parent.mkdir(exist_ok=True)
    (tmp_path / saved).touch()
    assert concerned([tmp_path / saved], manifest, SUFFIXES, LISTS) == expected


def test_the_way_to_a_file_does_not_matter(manifest: Manifest, tmp_path: Path) -> None:
    """What is saved through a symbolic link is the file behind it."""
    (tmp_path / "link").symlink_to("python")
    assert concerned([tmp_path / "link" / "b.py"], manifest, SUFFIXES, LISTS) == {"b[python]"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("title: B,", "title: B,", set()),
        ("version: 1\n", "version: 1\n\n# a remark\n", set()),
        ("title: B,", "title: Better,", {"b[python]", "b[java]"}),
        ("id: a,", "id: c,", {"c[python]", "c[node]"}),
        ("java: java/B.java", "java: {file: java/B.java, args: [x]}", {"b[java]"}),
        ("title: A, expect: {exit: 0}", "title: A, expect: {exit: 1}", {"a[python]", "a[node]"}),
        ("title: B,", "title: B, answers: [hello],", {"b[python]", "b[java]"}),
    ],
)
def test_a_manifest_concerns_what_it_says_otherwise(
    old: str, new: str, expected: set[str], manifest: Manifest, tmp_path: Path
) -> None:
    """Entries that mean the same, on whatever line, are not run again."""
    assert MANIFEST.count(old) == 1
    assert changed(manifest, load(tmp_path, MANIFEST.replace(old, new))) == expected


def test_folders_are_watched_in_which_something_can_be_saved(manifest: Manifest, tmp_path: Path) -> None:
    """Those of the manifest, of scripts and of lists of dependencies, and none that is not there."""
    folders = {path.relative_to(tmp_path).as_posix() for path in watched_folders(manifest, LISTS)}
    assert folders == {".", "python", "node", "node/lowest", "java"}
    gone = replace(manifest.examples[0].variants[0], file=tmp_path / "gone" / "x.py")
    example = replace(manifest.examples[0], variants=(gone,))
    assert watched_folders(replace(manifest, examples=(example,)), LISTS) == {tmp_path}


def test_the_target_of_a_linked_script_is_watched(manifest: Manifest, tmp_path: Path) -> None:
    """Who edits it saves in its own folder, and that concerns the runs of the link."""
    shared = tmp_path / "shared"
    shared.mkdir()
    (tmp_path / "python" / "a.py").unlink()
    (shared / "real.py").touch()
    (tmp_path / "python" / "a.py").symlink_to(shared / "real.py")
    assert shared in watched_folders(manifest, LISTS)
    assert {"a[python]", "a-again[python]"} <= concerned([shared / "real.py"], manifest, SUFFIXES, LISTS)


@pytest.mark.parametrize(
    ("saved", "expected"),
    [
        ("lib/index.js", {"a[node]"}),
        ("lib/src/deep/more.mjs", {"a[node]"}),
        ("lib/package.json", {"a[node]"}),
        ("lib/README.md", set()),
        ("lib/helper.py", set()),
        ("lib/node_modules/x/index.js", set()),
        ("lib/.cache/index.js", set()),
        ("library/index.js", set()),
    ],
)
def test_code_of_a_package_of_the_repository_concerns_who_gets_it(
    saved: str, expected: set[str], manifest: Manifest, tmp_path: Path
) -> None:
    """Its code and its lists, in the language of the runs, wherever they lie in it."""
    (tmp_path / saved).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / saved).touch()
    sources = {"a[node]": (tmp_path / "lib",)}
    assert concerned([tmp_path / saved], manifest, SUFFIXES, LISTS, sources) == expected
    if expected:
        assert (tmp_path / saved).parent in watched_folders(manifest, LISTS, sources)


def test_a_script_is_no_code_of_a_package_around_it(manifest: Manifest, tmp_path: Path) -> None:
    """Where the repository itself is the package, a saved script still concerns its own runs alone."""
    sources = {variant.id: (tmp_path,) for variant in manifest.variants}
    assert concerned([tmp_path / "python" / "a.py"], manifest, SUFFIXES, LISTS, sources) == {"a[python]", "a-again[python]"}
