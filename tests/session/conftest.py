"""A small repository of its own per test, and the session that runs its scripts as real processes."""

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dvara_examples.core.world import World
from dvara_examples.records.budget import NO_BOUNDS, Budget
from dvara_examples.records.results import RunEvent, RunFinished, RunResult, RunStarted, Summary
from dvara_examples.selection.options import AS_PLANNED, Control, Selection
from dvara_examples.session import Options, choose_examples, report_to, run

REQUEST = """
import json, os, urllib.request
asked = urllib.request.Request(os.environ["DVARA_URL"] + "/chat/completions", method="POST",
    data=json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}).encode(),
    headers={"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"})
urllib.request.urlopen(asked).read()
"""
"""Python code that asks the gateway once."""


@dataclass
class Recorder:
    """A reporter that keeps what it hears; *on_start* and *on_finish* are called with the id of each run."""

    on_start: Callable[[str], None] = lambda _: None
    on_finish: Callable[[str], None] = lambda _: None
    started: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    results: list[RunResult] = field(default_factory=list)
    summary: Summary | None = None
    most_at_once: int = 0

    def event(self, event: RunEvent) -> None:
        """Note starts and ends."""
        if isinstance(event, RunStarted):
            self.started.append(event.variant_id)
            self.most_at_once = max(self.most_at_once, len(self.started) - len(self.finished))
            self.on_start(event.variant_id)
        elif isinstance(event, RunFinished):
            self.finished.append(event.variant_id)
            self.on_finish(event.variant_id)

    def result(self, result: RunResult) -> None:
        """Note a result."""
        self.results.append(result)

    def tick(self) -> None:
        """Do nothing."""

    def close(self, summary: Summary) -> None:
        """Note the summary."""
        self.summary = summary

    def outcomes(self) -> list[tuple[str, str]]:
        """Return what was reported, in order: the example's id and its outcome."""
        return [(result.variant_id.partition("[")[0], str(result.verdict.outcome)) for result in self.results]


@dataclass
class Repository:
    """Python scripts below *root*, in the order in which they were added; *top* is what the manifest says before them."""

    root: Path
    world: World
    entries: list[str] = field(default_factory=list)
    top: str = ""

    def add(self, name: str, code: str, more: str = "") -> None:
        """Add an example that has to end with exit code 0; *more* are further lines of its entry."""
        script = self.root / "examples" / "python" / f"{name.replace('-', '_')}.py"
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(code)
        self.entries.append(
            f"  - id: {name}\n    title: {name}\n    limits: {{wall_s: 60, idle_s: 4}}\n    expect: {{exit: 0}}\n"
            f"    variants: {{python: python/{script.name}}}\n{more}"
        )

    def run(self, recorder: Recorder, *, jobs: int, control: Control = AS_PLANNED, budget: Budget = NO_BOUNDS) -> Recorder:
        """Run everything, and return *recorder*."""
        self.world.manifest_path.write_text(f"version: 1\n{self.top}examples:\n" + "".join(self.entries))
        options = Options(gateway="embedded", jobs=jobs, control=control, budget=budget)
        run(self.world, choose_examples(self.world, Selection(("all",)), control), options, report_to(recorder))
        return recorder


@pytest.fixture
def make_repository(tmp_path: Path) -> Callable[[int], Repository]:
    """Return a function that makes an empty repository on a machine with so many cores."""

    def make(cores: int = 2) -> Repository:
        (tmp_path / "examples").mkdir()
        world = World(
            environ={"PATH": os.environ["PATH"]},
            cwd=tmp_path,
            root=tmp_path,
            manifest_path=tmp_path / "examples" / "manifest.yaml",
            cache_dir=tmp_path / "cache",
            state_dir=tmp_path / "state",
            stdout=sys.stdout,
            stderr=sys.stderr,
            cores=cores,
        )
        return Repository(tmp_path, world)

    return make


def wait_for_file(names: Iterable[Path]) -> str:
    """Return Python code that waits until all these files are there; the limits of the run bound the wait."""
    listed = [str(name) for name in names]
    return f"import os, time\nwhile not all(map(os.path.exists, {listed!r})): time.sleep(0.01)\n"


def write_file(name: Path) -> str:
    """Return Python code that makes the file *name*."""
    return f"open({str(name)!r}, 'w').close()\n"
