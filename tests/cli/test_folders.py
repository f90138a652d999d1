"""Where the tool keeps things, by the variables of the environment."""

from pathlib import Path

import pytest

from dvara_examples.cli._world import _cache_dir, _state_dir


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
