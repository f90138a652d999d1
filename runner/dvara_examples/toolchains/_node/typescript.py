"""Starts TypeScript: with Node.js itself if that suffices, else with the package's own tsx, else with a pinned one.

ts-node does not run on Node.js 24; scripts of packages that list it are run by tsx, too.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains._cache import cached_folder
from dvara_examples.toolchains._install import fingerprint, platform_parts, release

PINNED = Path(__file__).with_name("tsx")
"""The folder with the list and the lock of our own tsx."""

_STRIPS_TYPES = ((22, 18), (23, 6))
"""The first releases of their lines that run TypeScript without a flag; later lines all do."""
_IMPORTS_LOADERS = ((18, 19), (20, 6))
"""The first releases of their lines in which ``--import`` can register a loader; later lines all can."""
_MORE_THAN_TYPES = re.compile(
    r"^\s*(export\s+)?(declare\s+)?(const\s+)?enum\s+\w+\s*\{"  # these become code, so stripping types is not enough
    r"|^\s*(export\s+)?(namespace|module)\s+[\w.]+\s*\{"
    r"|\bconstructor\s*\([^)]*\b(public|private|protected|readonly)\s+\w"
    r"|^\s*(export\s+)?import\s+\w+\s*=\s*"
    r"|^\s*@\w+"
    r"|\b(from|import|require\()\s*[\"']\.{1,2}/[^\"']*(?<!\.mts)(?<!\.cts)(?<!\.ts)(?<!\.mjs)(?<!\.cjs)(?<!\.json)[\"']"
    r"|\b(from|import\()\s*[\"'][~@#]/",  # a path of tsconfig.json
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class TypeScriptRunner:
    """Node's *options* that let it run TypeScript, the *name* of what does, and its *version*, if it is not Node itself."""

    options: tuple[str, ...]
    name: str
    version: str = ""
    env: tuple[tuple[str, str], ...] = ()


def choose_runner(
    script: Path, node_version: str, packages: Path | None, world: World, install_pinned: Callable[[Path], None]
) -> TypeScriptRunner:
    """Return how *script* is run. *packages* is the ``node_modules`` with its dependencies; *install_pinned* fills a folder.

    Raises ToolchainError if there is no way.
    """
    if strips_types(node_version) and not needs_more(script):
        return TypeScriptRunner(("--disable-warning=ExperimentalWarning",), "node")
    settings = _settings(script, world)
    tsx = None if packages is None else packages / "tsx"
    if tsx is not None and (tsx / "dist" / "loader.mjs").is_file():
        return _tsx(tsx, node_version, settings)
    key = fingerprint([*(path.read_bytes() for path in sorted(PINNED.glob("*.json"))), *platform_parts()])
    return _tsx(cached_folder(world, "tsx", key, install_pinned) / "node_modules" / "tsx", node_version, settings)


def strips_types(node_version: str) -> bool:
    """Tell whether a Node.js of that version runs TypeScript by itself."""
    found = release(node_version)
    return any(found[0] == line[0] and found >= line for line in _STRIPS_TYPES) or found >= (24,)


def needs_more(script: Path) -> bool:
    """Tell whether *script* needs more than stripping its types; if unclear, it does not."""
    return script.suffix == ".tsx" or _MORE_THAN_TYPES.search(script.read_text("utf-8", errors="replace")) is not None


def _tsx(tsx: Path, node_version: str, settings: tuple[tuple[str, str], ...]) -> TypeScriptRunner:
    found = release(node_version)
    if found < (18, 19) or (found[0] == 20 and found < _IMPORTS_LOADERS[1]) or found[0] == 19:
        raise ToolchainError(f"node {node_version} cannot run TypeScript", "install Node.js 18.19, 20.6 or newer")
    return TypeScriptRunner(("--import", (tsx / "dist" / "loader.mjs").as_uri()), "tsx", _version(tsx), settings)


def _settings(script: Path, world: World) -> tuple[tuple[str, str], ...]:
    """Return the variable that points tsx to the nearest ``tsconfig.json``, as scripts do not run in their own folder."""
    near = (folder / "tsconfig.json" for folder in script.parents if folder.is_relative_to(world.root))
    found = next((path for path in near if path.is_file()), None)
    if found is None or re.search(r"\"extends\"\s*:\s*(\[\s*)?\"[^./]", found.read_text("utf-8", errors="replace")):
        return ()  # it extends a file among the packages, which are not next to it
    return (("TSX_TSCONFIG_PATH", str(found)),)


def _version(package: Path) -> str:
    try:
        return str(json.loads((package / "package.json").read_bytes())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
