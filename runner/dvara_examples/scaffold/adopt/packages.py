"""Which packages scripts need that no file beside them declares: guessed from what they import."""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from dvara_examples.scaffold.adopt.script import Surveyed

_CALLED_OTHERWISE = {
    "dotenv": "python-dotenv",
    "yaml": "pyyaml",
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "sklearn": "scikit-learn",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "agents": "openai-agents",
    "haystack": "haystack-ai",
    "autogen": "autogen-agentchat",
}
_BUILT_IN = frozenset(
    {
        *(
            "assert",
            "buffer",
            "child_process",
            "cluster",
            "crypto",
            "dns",
            "events",
            "fs",
            "http",
            "http2",
            "https",
            "module",
            "net",
        ),
        *(
            "os",
            "path",
            "perf_hooks",
            "process",
            "punycode",
            "querystring",
            "readline",
            "repl",
            "stream",
            "string_decoder",
            "test",
        ),
        *("timers", "tls", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads", "zlib"),
    }
)
_INLINE = re.compile(r"^# /// script\s*$", re.MULTILINE)


def guessed_packages(
    scripts: Sequence[Surveyed], declared: Mapping[Path, str], root: Path, base: Path
) -> dict[str, tuple[str, ...]]:
    """Return by language what *scripts* import, for those that no list is *declared* for.

    Lists are named by the script's file, and seen from *root*. A Python project whose own package
    is imported is named by its folder, seen from *base*.
    """
    found = {}
    for script in scripts:
        listed = declared.get(script.file, "")
        if listed.endswith("pyproject.toml") and script.language == "python":
            project = (root / listed).parent
            if any(_provides(project, name) for name in script.packages):
                others = [name for name in _python(script) if not _provides(project, name.replace("-", "_"))]
                found["python"] = tuple(dict.fromkeys([os.path.relpath(project, base).replace(os.sep, "/"), *others]))
            continue
        if listed or script.language == "java":
            continue
        names = tuple(dict.fromkeys(_python(script) if script.language == "python" else _node(script)))
        if names:
            found[script.language] = names
    return found


def _provides(project: Path, name: str) -> bool:
    """Tell whether the package *name* lies in *project*."""
    return any((place / name / "__init__.py").is_file() for place in (project / "src", project))


def _python(script: Surveyed) -> Iterator[str]:
    try:
        if _INLINE.search(script.file.read_text("utf-8")):
            return
    except (OSError, UnicodeDecodeError):
        return
    for name in script.packages:
        beside = (script.file.parent / name).is_dir() or (script.file.parent / f"{name}.py").is_file()
        if name not in sys.stdlib_module_names and not beside:
            yield _CALLED_OTHERWISE.get(name, name.replace("_", "-"))


def _node(script: Surveyed) -> Iterator[str]:
    for specifier in script.packages:
        parts = specifier.split("/")
        if (
            specifier.startswith((".", "/", "#", "@/", "~", "node:", "bun:", "http:", "https:", "npm:", "jsr:"))
            or parts[0] in _BUILT_IN
        ):
            continue
        yield "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
