"""Wrappers (``mvnw``, ``gradlew``): they download the tool that a project names, and have no offline mode."""

import re
from collections.abc import Mapping
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Deps
from dvara_examples.toolchains._install import not_here
from dvara_examples.toolchains._java.project import Build

_HOST, _PORT = "127.0.0.1", 1
"""An address on which nothing listens."""
_BY_A_TOOL = re.compile(r"^(?:wget|curl): Failed to fetch .*", re.MULTILINE)
_BY_JAVA = re.compile(r"^Exception in thread .*", re.MULTILINE)
_IN_A_WRAPPER = re.compile(r"^\s+at (?:org\.(?:gradle|apache\.maven)\.wrapper\.|Downloader\.)", re.MULTILINE)


def no_network(own: Mapping[str, str]) -> dict[str, str]:
    """Return variables that keep a wrapper from downloading its tool, with the user's *own* ones: a proxy that does not exist."""
    words = (f"-D{scheme}.proxy{what}" for scheme in ("http", "https") for what in (f"Host={_HOST}", f"Port={_PORT}"))
    for_java = " ".join((own.get("JAVA_TOOL_OPTIONS", ""), *words)).strip()
    for_others = dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy"), f"http://{_HOST}:{_PORT}")
    return {**for_others, "no_proxy": "", "JAVA_TOOL_OPTIONS": for_java}


def wrapper_failed(said: str) -> str | None:
    """Return the line of what a tool *said* by which its wrapper tells that it could not fetch the tool; None if it could."""
    if (found := _BY_A_TOOL.search(said)) is not None:
        return found[0]
    found = _BY_JAVA.search(said)
    return found[0] if found is not None and _IN_A_WRAPPER.search(said) else None


def no_tool(said: str, name: str, wrapper: str, settings: Path, build: Build, world: World, deps: Deps) -> ToolchainError:
    """Return one sentence for a *wrapper* that could not fetch the tool *name* that its *settings* name."""
    home = next((place for place in (build.folder, build.top) if (place / wrapper).is_file()), build.top)
    what = f"the {name} that {world.shown(home / settings)} names"
    if world.offline:
        return not_here(what, "java", deps)
    cause = f"{world.shown(home / wrapper)} could not fetch {what} ({said})"
    return ToolchainError(cause, "go online, or correct distributionUrl there")
