"""A world of its own for each test of a toolchain."""

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dvara_examples.core.world import World

MakeWorld = Callable[..., World]


@dataclass(frozen=True, slots=True)
class OnDay:
    """A clock that stands still at noon of one day in May."""

    day: int

    def monotonic(self) -> float:
        """Return a fixed point."""
        return 0.0

    def utc_now(self) -> datetime:
        """Return noon of the day."""
        return datetime(2026, 5, self.day, 12, tzinfo=UTC)


@pytest.fixture
def make_world(tmp_path: Path) -> MakeWorld:
    """Return a function that builds a World below ``tmp_path``; keywords replace its parts."""

    def make(**replaced: object) -> World:
        parts: dict[str, object] = {
            "environ": dict(os.environ),
            "cwd": tmp_path,
            "root": tmp_path,
            "manifest_path": tmp_path / "examples" / "manifest.yaml",
            "cache_dir": tmp_path / "cache",
            "state_dir": tmp_path / "state",
            "stdout": io.StringIO(),
            "stderr": io.StringIO(),
        }
        return World(**(parts | replaced))  # type: ignore[arg-type]  # a table of parts has no single type

    return make


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """Return a World whose folders all lie below ``tmp_path``."""
    return make_world()


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one cache for all tests that fetch from the network, whichever worker they run in."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "toolchain-cache"
