"""``dvara-examples new``: a new example passes at once, whether there was a manifest before or not."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.integration.conftest import REPOSITORY, Ran, Tool

EXAMPLES = REPOSITORY / "examples"
MANIFEST = """\
# Ours.
version: 1
examples:
    - id:    "mine"   # oddly written
      title: Mine
      expect: {exit: 0}
      variants: &v
          python: scripts/mine.py
"""


def files(folder: Path) -> dict[str, bytes]:
    """Return every file below *folder* with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return a repository with a manifest of its own, whose one script lies in an unusual folder."""
    (tmp_path / "own" / "examples" / "scripts").mkdir(parents=True)
    (tmp_path / "own" / "examples" / "manifest.yaml").write_text(MANIFEST)
    (tmp_path / "own" / "examples" / "scripts" / "mine.py").write_text("print('mine')\n")
    return tmp_path / "own"


@pytest.mark.slow
def test_in_an_empty_folder(tool: Tool, tmp_path: Path, languages: tuple[str, ...]) -> None:
    """A manifest is begun, with all that the languages need; the example passes in every language that is here."""
    repository = tmp_path / "repository"
    repository.mkdir()
    made = tool("new", "my-idea", "--title", "What it's about: #1", cwd=repository)
    assert made.code == 0, made.stderr
    written = [line.removeprefix("wrote ") for line in made.stdout.splitlines() if line.startswith("wrote ")]
    assert sorted(written) == sorted(files(repository))
    ran = tool("run", "my-idea", cwd=repository)
    assert ran.code == 0, ran.stdout + ran.stderr
    outcomes = {language: "passed" if language in languages else "skipped" for language in ("python", "node", "java")}
    assert ran.outcomes == {f"my-idea[{language}]": outcome for language, outcome in outcomes.items()}
    assert "What it's about: #1" in tool("list", cwd=repository).stdout
    assert tool("new", "another", "-l", "python", cwd=repository).code == 0
    assert tool("run", "another", cwd=repository).code == 0


@pytest.mark.slow
def test_beside_the_shipped_examples(tool: Tool, tmp_path: Path) -> None:
    """In a repository like this one nothing but the manifest's end and three scripts are new, and all examples are listed."""
    shutil.copytree(EXAMPLES, tmp_path / "r" / "examples", ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    before = files(tmp_path / "r")
    made = tool("new", "my-idea", "--from", "stream-json-schema", cwd=tmp_path / "r")
    assert made.code == 0, made.stderr
    after = files(tmp_path / "r")
    new = {"examples/python/my_idea.py", "examples/node/my-idea.mjs", "examples/java/MyIdea.java"}
    assert after.keys() - before.keys() == new
    assert {name for name in before if before[name] != after[name]} == {"examples/manifest.yaml"}
    assert after["examples/manifest.yaml"].startswith(before["examples/manifest.yaml"])
    entry = yaml.safe_load(after["examples/manifest.yaml"])["examples"][-1]
    assert (entry["id"], entry["title"]) == ("my-idea", "My idea")
    assert entry["answers"][0]["json"] == {"name": "John", "age": 30}
    assert b"class MyIdea" in after["examples/java/MyIdea.java"]
    assert b"[START my_idea]" in after["examples/python/my_idea.py"]
    assert tool("run", "my-idea[python]", cwd=tmp_path / "r").code == 0


@pytest.mark.slow
def test_a_manifest_of_ones_own_is_kept_byte_for_byte(tool: Tool, own: Path) -> None:
    """Comments, quotes, anchors and odd indentation stay; scripts go where the language's scripts are."""
    made = tool("new", "second", "-l", "python", cwd=own)
    assert made.code == 0, made.stderr
    text = (own / "examples" / "manifest.yaml").read_text()
    assert text.startswith(MANIFEST)
    assert "\n    - id: second\n      title: Second\n" in text
    assert (own / "examples" / "scripts" / "second.py").is_file()
    assert tool("run", "all", cwd=own).code == 0


def test_packages_of_ones_own(tool: Tool, own: Path) -> None:
    """A list of packages further up that lacks what the script imports is left alone, and one next to the script is written."""
    (own / "package.json").write_text(json.dumps({"name": "own", "dependencies": {"left-pad": "1.3.0"}}))
    made = tool("new", "second", "-l", "node", cwd=own)
    assert made.code == 0, made.stderr
    assert json.loads((own / "package.json").read_text())["dependencies"] == {"left-pad": "1.3.0"}
    assert "openai" in (own / "examples" / "node" / "package.json").read_text()


def test_packages_beside_the_scripts_that_lack_one(tool: Tool, own: Path) -> None:
    """A list in the very folder is the user's: what has to be added is told."""
    (own / "examples" / "scripts" / "requirements.txt").write_text("requests==2.32.0\n")
    made = tool("new", "second", "-l", "python", cwd=own)
    assert made.code == 0
    assert "requirements.txt does not list openai, which the new script imports: add it there" in made.stderr


def refused(tool: Tool, folder: Path, *args: str) -> Ran:
    """Return what was said, after checking that nothing changed."""
    before = files(folder)
    ran = tool("new", *args, cwd=folder)
    assert ran.code == 2, ran.stdout + ran.stderr
    assert ran.stdout == ""
    assert files(folder) == before
    assert not any(path.name.startswith(".") for path in (folder / "examples").iterdir())
    return ran


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("Bad_Id",), "try 'bad-id'"),
        (("all",), "selects every example"),
        (("mine",), "the example 'mine' already exists at examples/manifest.yaml:4:"),
        (("second", "--from", "stream-basik"), "did you mean 'stream-basic'?"),
        (("second", "-l", "pyton"), "did you mean 'python'?"),
        (("system", "-l", "java"), "a class System would hide one that the Java script uses\nhint: choose an id of two words"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(tool: Tool, own: Path, args: tuple[str, ...], said: str) -> None:
    """Exit 2, a sentence with the nearest right thing, and not one byte on the disk."""
    assert said in refused(tool, own, *args).stderr


def test_all_or_nothing(tool: Tool, own: Path) -> None:
    """Where the last of three scripts is there already, the first two are not written either."""
    (own / "examples" / "java").mkdir()
    (own / "examples" / "java" / "Second.java").write_text("class Second {}\n")
    assert "Second.java is there already" in refused(tool, own, "second").stderr


def test_a_manifest_that_cannot_be_added_to(tool: Tool, own: Path) -> None:
    """A list in brackets is refused after the scripts were thought out, and these are not left behind."""
    entry = "{id: mine, title: Mine, expect: {exit: 0}, variants: {python: scripts/mine.py}}"
    (own / "examples" / "manifest.yaml").write_text(f"version: 1\nexamples: [{entry}]\n")
    assert "not written as a list of lines" in refused(tool, own, "second").stderr


def test_a_manifest_that_is_wrong_already(tool: Tool, own: Path) -> None:
    """It is told with its own problem, and left alone."""
    (own / "examples" / "manifest.yaml").write_text(MANIFEST + "    - id: broken\n")
    assert "manifest.yaml:9:" in refused(tool, own, "second").stderr


def test_new_scripts_that_would_be_strays(tool: Tool, own: Path) -> None:
    """Where a strict manifest's folder holds scripts that no example names, that is told before anything is left there."""
    (own / "examples" / "manifest.yaml").write_text(MANIFEST.replace("version: 1", "version: 1\nstrict: true"))
    (own / "examples" / "node").mkdir()
    (own / "examples" / "node" / "stray.mjs").write_text("")
    said = refused(tool, own, "second", "-l", "node").stderr
    assert "examples/node/stray.mjs" in said
    assert "examples/manifest.yaml:" in said
