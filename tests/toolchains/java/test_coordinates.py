"""Dependencies and repositories as Maven's resolver is asked for them."""

from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.toolchains._java.coordinates import Coordinate, parse_coordinate, repository_lines


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("g.x:a-b:1.0", Coordinate("g.x", "a-b", "1.0")),
        ("g:a", Coordinate("g", "a")),
        ("g:a:1:linux", Coordinate("g", "a", "1", "linux")),
        ("g:a:1@pom", Coordinate("g", "a", "1", "", "pom")),
        ("g:a:1:c@zip", Coordinate("g", "a", "1", "c", "zip")),
        ("g:a:1.5+", Coordinate("g", "a", "[1.5,)")),
        ("g:a:[1,2)", Coordinate("g", "a", "[1,2)")),
    ],
)
def test_coordinates(written: str, meant: Coordinate) -> None:
    """Version, classifier and type may be left out; a plus sign is an open range."""
    assert parse_coordinate(written) == meant


@pytest.mark.parametrize(
    "written", ["Helper.java", "https://github.com/user/project", "just-a-name", "g:a:1:c:d@x y:z:", "g a:b"]
)
def test_what_is_no_coordinate(written: str) -> None:
    """Sub-projects and addresses are refused, with the way out."""
    if written.count(":") > 4:
        assert parse_coordinate(written).type == "x y:z:"
    else:
        with pytest.raises(ToolchainError, match="install JBang for this script"):
            parse_coordinate(written)


def test_repositories(tmp_path: Path) -> None:
    """Central, a named address, a bare address and a relative path become the resolver's lines."""
    lines = repository_lines(
        ["mavenCentral", "ours=https://repo.example.com/m", "https://Other.example.com", "./local"], tmp_path
    )
    assert lines == [
        "repo\tmavencentral\t",
        "repo\tours\thttps://repo.example.com/m",
        "repo\thttps://other.example.com\thttps://Other.example.com",
        f"repo\t./local\t{(tmp_path / 'local').as_uri()}",
    ]


def test_short_name_of_a_repository(tmp_path: Path) -> None:
    """A name that only JBang knows is refused, with what is accepted."""
    with pytest.raises(ToolchainError, match=r"//REPOS names 'jitpack'; central, name=address"):
        repository_lines(["jitpack"], tmp_path)
