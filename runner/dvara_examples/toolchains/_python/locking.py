"""Writes uv's lock files."""

from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Declared, Runtime
from dvara_examples.toolchains._install import UV_WORDS, find_uv, install, install_environment
from dvara_examples.toolchains._python.declare import PROJECT, SCRIPT, UV_LOCK, lock_of_script
from dvara_examples.toolchains._python.projects import workspace_of


def write_lock(declared: Declared, runtime: Runtime, world: World) -> Path:
    """Lock what is *declared* next to its file and return the lock. Raises ToolchainError if there is no lock of its kind."""
    file = declared.file
    if file is None or declared.kind not in (SCRIPT, PROJECT):
        what, first = "a list of packages in the manifest", "move the list to a file requirements.in next to the scripts"
        if file is not None:
            what, first = world.shown(file), "rename the list to requirements.in"
        raise ToolchainError(
            f"{what} has no lock file",
            f"{first}, and write requirements.txt with `uv pip compile requirements.in --generate-hashes -o requirements.txt`",
        )
    where = ("--script", file) if declared.kind == SCRIPT else ("--project", file.parent)
    argv = [find_uv(), *UV_WORDS, *(("--offline",) if world.offline else ()), "lock", *where, "--python", runtime.executable]
    install(
        argv, cwd=file.parent, environ=install_environment(world), stop=world.stop, place=world.place, what=f"the lock of {file}"
    )
    if declared.kind == SCRIPT:
        return lock_of_script(file)
    return (workspace_of(file.parent, world.root) or file.parent) / UV_LOCK
