"""A script with what it names."""

from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains._java.bundle import read_bundle


def lay_out(folder: Path, **texts: str) -> None:
    """Write files below *folder*; ``__`` in a name is a slash, ``_`` a dot."""
    for name, text in texts.items():
        file = folder / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def test_sources_of_sources(world: World, tmp_path: Path) -> None:
    """Sources are followed from file to file, each once, relative to the file that names them, circles included."""
    lay_out(
        tmp_path,
        A_java="//SOURCES sub/B.java",
        sub__B_java="//SOURCES C.java\n//DEPS a:b:1",
        sub__C_java="//SOURCES ../A.java B.java",
    )
    bundle = read_bundle(tmp_path / "A.java", world)
    assert [source.resolve().name for source in bundle.sources[:3]] == ["A.java", "B.java", "C.java"]
    assert len({source.resolve() for source in bundle.sources}) == 3
    assert len(bundle.sources) == 3
    assert bundle.header.deps == ("a:b:1",)


@pytest.mark.parametrize("pattern", ["sub", "sub/", "sub/**.java", "sub/**", "**/?.java"])
def test_folders_and_globs(pattern: str, world: World, tmp_path: Path) -> None:
    """A folder or a glob means all Java files that it matches, at any depth where it says so."""
    lay_out(tmp_path, A_java=f"//SOURCES {pattern}", sub__B_java="", sub__deep__C_java="", sub__note_txt="")
    assert {source.name for source in read_bundle(tmp_path / "A.java", world).sources} == {"A.java", "B.java", "C.java"}


def test_single_star_stays_in_its_folder(world: World, tmp_path: Path) -> None:
    """One star does not reach into folders, and a choice in braces is understood."""
    lay_out(
        tmp_path,
        A_java="//SOURCES sub/*.java\n//FILES 'sub/{x,y}*.txt'",
        sub__B_java="",
        sub__deep__C_java="",
        sub__x1_txt="",
        sub__z_txt="",
    )
    bundle = read_bundle(tmp_path / "A.java", world)
    assert [source.name for source in bundle.sources] == ["A.java", "B.java"]
    assert [resource.name for resource in bundle.resources] == ["x1.txt"]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("texts/a.txt", ["a.txt"]),
        ("b.txt=texts/a.txt", ["b.txt"]),
        ("in/=texts/a.txt", ["in/a.txt"]),
        ("texts", ["a.txt", "deep/b.txt"]),
        ("in=texts", ["in/a.txt", "in/deep/b.txt"]),
        ("in/=texts/**", ["in/a.txt", "in/deep/b.txt"]),
        ("texts/*.txt", ["a.txt"]),
        ("texts/../texts/a.txt", ["a.txt"]),
    ],
)
def test_files(written: str, names: list[str], world: World, tmp_path: Path) -> None:
    """Files keep their path below the named folder, and may be given another name or folder."""
    lay_out(tmp_path, A_java=f"//FILES {written}", texts__a_txt="", texts__deep__b_txt="")
    assert [resource.name for resource in read_bundle(tmp_path / "A.java", world).resources] == names


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("//SOURCES Gone.java", "names no file"),
        ("//SOURCES gone/*.java", "names no file"),
        ("//SOURCES https://example.com/A.java", "install JBang for this script"),
        ("//FILES /etc/hostname", "is absolute"),
        ("//FILES ../x=y", "leads out of the jar"),
        ("//FILES a/../../x=y", "leads out of the jar"),
        ("//DEPS a:b:${nowhere}", "has no value"),
        ("//JAVA new", r"write //JAVA 21\+"),
    ],
)
def test_what_cannot_be_followed(line: str, said: str, world: World, tmp_path: Path) -> None:
    """A line that leads nowhere is refused with the script's name."""
    lay_out(tmp_path, A_java=line)
    with pytest.raises(ToolchainError, match=rf"^in {tmp_path}/A\.java: .*{said}"):
        read_bundle(tmp_path / "A.java", world)


def test_script_that_is_not_there(world: World, tmp_path: Path) -> None:
    """A missing script is named."""
    with pytest.raises(ToolchainError, match=r"A\.java cannot be read \(No such file"):
        read_bundle(tmp_path / "A.java", world)
