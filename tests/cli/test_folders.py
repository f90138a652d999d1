"""Where the tool keeps things, by the variables of the environment."""

import os
import pwd
import tempfile
from pathlib import Path

import pytest

from dvara_examples.cli._world import _PACKAGE, _cache_dir, _state_dir


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({}, "/home/me/.cache/dvara-examples"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/dvara-examples"),
        ({"XDG_CACHE_HOME": ""}, "/home/me/.cache/dvara-examples"),
        ({"XDG_CACHE_HOME": "cache"}, "/home/me/.cache/dvara-examples"),
        ({"XDG_CACHE_HOME": "./cache"}, "/home/me/.cache/dvara-examples"),
        ({"XDG_CACHE_HOME": "/xdg", "DVARA_EXAMPLES_CACHE": "/own"}, "/own"),
    ],
)
def test_a_relative_cache_home_is_ignored(environ: dict[str, str], folder: str) -> None:
    """The XDG specification has it so; a cache in whatever folder is current would be another one each time."""
    assert _cache_dir({"HOME": "/home/me", **environ}) == Path(folder)


def test_a_relative_state_home_is_ignored() -> None:
    """The same for what runs leave, where the repository cannot be written to."""
    where = _state_dir({"HOME": "/home/me", "XDG_STATE_HOME": "state"}, Path("/nowhere"))
    assert where == Path("/home/me/.local/state/dvara-examples")


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "relative"}, {"HOME": "./x"}, {"HOME": "~"}])
def test_a_home_that_is_none_is_that_of_the_password_file(environ: dict[str, str]) -> None:
    """A cache below the current folder would be another one each time."""
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert _cache_dir(environ) == home / ".cache" / "dvara-examples"
    assert _state_dir(environ, _PACKAGE / "_data") == home / ".local" / "state" / "dvara-examples"


@pytest.mark.parametrize("home", ["/nonexistent", "/dev/null", "/with blank/é"])
def test_a_home_that_is_not_there_is_used_as_it_is(home: str) -> None:
    """Whether something can be kept there is found out where something is kept."""
    assert _cache_dir({"HOME": home}) == Path(home, ".cache", "dvara-examples")


def test_a_user_without_a_home_keeps_things_among_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container may run as a number that no password file knows."""

    def unknown(uid: int) -> pwd.struct_passwd:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    folder = _cache_dir({"HOME": ""})
    assert folder.is_relative_to(tempfile.gettempdir())
    assert str(os.getuid()) in str(folder)
