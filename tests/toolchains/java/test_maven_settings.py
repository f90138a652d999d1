"""What is read from Maven's settings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.core.world import World
from dvara_examples.toolchains._java.maven_settings import MavenSettings, read_settings


@pytest.fixture
def settings_of(make_world: Callable[..., World], tmp_path: Path) -> Callable[[str], MavenSettings]:
    """Return a function that reads the given text as the user's ``settings.xml``."""

    def read(text: str) -> MavenSettings:
        (tmp_path / ".m2").mkdir()
        (tmp_path / ".m2" / "settings.xml").write_text(text, "utf-8")
        return read_settings(make_world(environ={"HOME": str(tmp_path)}))

    return read


def test_without_settings(make_world: Callable[..., World], tmp_path: Path) -> None:
    """Without a file, Maven's usual folder counts."""
    assert read_settings(make_world(environ={"HOME": str(tmp_path)})) == MavenSettings(tmp_path / ".m2" / "repository")


@pytest.mark.parametrize("namespace", ["", ' xmlns="http://maven.apache.org/SETTINGS/1.0.0"'])
def test_repository_and_mirror(namespace: str, settings_of: Callable[[str], MavenSettings], tmp_path: Path) -> None:
    """The local repository and the first mirror of the central one are taken, with and without namespace."""
    found = settings_of(
        f"<settings{namespace}><localRepository>${{user.home}}/kept</localRepository><mirrors>"
        "<mirror><mirrorOf>other</mirrorOf><url>https://a.example.com</url></mirror>"
        "<mirror><mirrorOf>*,!central</mirrorOf><url>https://b.example.com</url></mirror>"
        "<mirror><mirrorOf>external:*, x</mirrorOf><url> https://c.example.com/m/ </url></mirror></mirrors></settings>"
    )
    assert found == MavenSettings(tmp_path / "kept", "https://c.example.com/m")


def test_broken_file(settings_of: Callable[[str], MavenSettings], tmp_path: Path) -> None:
    """A file that is no XML changes nothing here; Maven's resolver reports it."""
    assert settings_of("<settings>") == MavenSettings(tmp_path / ".m2" / "repository")
