"""What makes later runs quicker is done next to the languages that are still being prepared."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.manifest import Variant, manifest_of
from dvara_examples.session import readiness
from dvara_examples.session.readiness import make_ready
from dvara_examples.toolchains import Deps, PreparedRuntime, Toolchain, load_toolchain
from tests.session.conftest import Repository

LIMIT_S = 60.0
Step = Callable[[], None]


class Stepped:
    """Python's toolchain, which leaves *work* for later and calls *before* it prepares a folder."""

    def __init__(self, work: Step | None = None, before: Step | None = None) -> None:
        self._python: Toolchain = load_toolchain("python")
        self._later, self._before = work, before

    def __getattr__(self, name: str) -> object:
        return getattr(self._python, name)

    def prepare(self, runtime: object, folder: Path, world: World, *rest: object) -> PreparedRuntime:
        """Leave the work for later, wait if asked to, and prepare."""
        if self._before is not None:
            self._before()
        if self._later is not None:
            assert world.later is not None
            world.later.do("work", self._later)
        return self._python.prepare(runtime, folder, world, *rest)  # type: ignore[arg-type]


@pytest.fixture
def variants(make_repository: Callable[..., Repository]) -> tuple[World, list[Variant]]:
    """A world with one example in two languages, both of which are Python in truth."""
    repository = make_repository()
    repository.add("hello", "print('good day')\n")
    repository.world.manifest_path.write_text("version: 1\nexamples:\n" + "".join(repository.entries))
    (variant,) = manifest_of(repository.world).examples[0].variants
    return repository.world, [variant, replace(variant, language="node")]


def test_later_work_of_one_language_goes_on_beside_another(
    variants: tuple[World, list[Variant]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second language waits for the first one's later work: both end only if that is done meanwhile."""
    done = threading.Event()

    def wait() -> None:
        assert done.wait(LIMIT_S), "the later work of the first language was not begun"

    first, second = Stepped(work=done.set), Stepped(before=wait)
    monkeypatch.setattr(readiness, "load_toolchain", lambda language: first if language == "python" else second)
    world, both = variants
    made = list(make_ready(both, world, Deps.LOCKED, lambda *_: None))
    assert [(ready.scripts, ready.problems) for ready in made] == [(1, ()), (1, ())]


def test_later_work_is_over_when_the_iterator_ends(
    variants: tuple[World, list[Variant]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A language is told to be ready before its later work is done, and nothing of that goes on afterwards."""
    begun, told, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        if told.wait(LIMIT_S):
            done.set()

    monkeypatch.setattr(readiness, "load_toolchain", lambda _: Stepped(work=work))
    world, (variant, _) = variants
    steps = make_ready([variant], world, Deps.LOCKED, lambda *_: None)
    assert next(steps).scripts == 1
    told.set()
    assert list(steps) == []
    assert begun.is_set()
    assert done.is_set()


def test_later_work_that_fails_is_passed_on(variants: tuple[World, list[Variant]], monkeypatch: pytest.MonkeyPatch) -> None:
    """What later work raises reaches whoever asked, after the language was told to be ready."""

    def work() -> None:
        raise ToolchainError("the disk is full")

    monkeypatch.setattr(readiness, "load_toolchain", lambda _: Stepped(work=work))
    world, (variant, _) = variants
    steps = make_ready([variant], world, Deps.LOCKED, lambda *_: None)
    assert next(steps).scripts == 1
    with pytest.raises(ToolchainError, match="the disk is full"):
        next(steps)
