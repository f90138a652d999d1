"""Everything outside the program that it may access, built once at the command line and passed down."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from dvara_examples.core.clock import Clock, SystemClock
from dvara_examples.core.later import Later
from dvara_examples.core.place import ProgramPlace


@dataclass(frozen=True, slots=True)
class World:
    """The environment, folders, streams and clock; nothing below ``cli`` asks the operating system for them.

    *root* is the folder that the manifest's paths must stay in: the repository, or the data folder of an installed wheel.
    *state_dir* is for run folders; *cache_dir* is for what toolchains prepare, and may turn out to be read-only.
    *shipped* marks the examples of this tool, requested from elsewhere.
    *offline* forbids network use: what is not already here is then unavailable.
    *memory_bytes* is the free memory, None if unknown.
    *later* collects work that can wait; without it, that work is done at once.
    *stop* is set when the user interrupts; long waits check it.
    *place* is where programs run, None for this machine; *elsewhere* has the worlds of languages that run in another place.
    """

    environ: Mapping[str, str]
    cwd: Path
    root: Path
    manifest_path: Path
    cache_dir: Path
    state_dir: Path
    stdout: TextIO
    stderr: TextIO
    cores: int = 1
    memory_bytes: int | None = None
    offline: bool = False
    shipped: bool = False
    clock: Clock = field(default_factory=SystemClock)
    stop: threading.Event = field(default_factory=threading.Event)
    later: Later | None = None
    place: ProgramPlace | None = None
    elsewhere: "Mapping[str, World]" = field(default_factory=dict)

    def of(self, language: str) -> "World":
        """Return the world in which scripts of *language* are prepared and run. Raises what opening its place raises."""
        return self.elsewhere.get(language, self)

    @property
    def runs_dir(self) -> Path:
        """The folder that holds one folder per ``run``."""
        return self.state_dir / "runs"

    @property
    def manifest_name(self) -> str:
        """The name of the manifest wherever the repository is: its path relative to the root, with forward slashes."""
        path, root = self.manifest_path, self.root
        return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()

    def shown(self, path: Path) -> str:
        """Return *path* for messages: relative to the current folder if it is below that."""
        return str(path.relative_to(self.cwd) if path.is_relative_to(self.cwd) else path)

    @property
    def on_ci(self) -> bool:
        """Whether this is a CI machine, by the variable that all of them set."""
        return (self.env("CI") or "false").lower() not in ("false", "0", "no")

    def env(self, name: str) -> str | None:
        """Return an environment variable; an empty value counts as unset."""
        return self.environ.get(name) or None
