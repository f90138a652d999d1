"""What one case costs beyond the command it starts: 200 trivial ones, against other runners of commands or examples.

Every tool starts the same command, a Python interpreter that runs an empty script, 200 times, one after the other. The added
cost is what remains per case when the bare command's time is taken off. Tools that cannot be installed are named and left out.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from bench._timing import time_once

CASES = 200
ROUNDS = 3
PYTHON = getattr(sys, "_base_executable", sys.executable)
"""The interpreter that the Python toolchain takes for a script without packages; the same one for every tool."""


def main() -> None:
    """Print the added cost per case of each tool, and our ratio to the fastest of the others."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        env = {**os.environ, "DVARA_URL": "", "DVARA_EXAMPLES_CACHE": os.environ.get("DVARA_EXAMPLES_CACHE", "")}
        script = folder / "examples" / "python" / "trivial.py"
        script.parent.mkdir(parents=True)
        script.write_text("")
        tools = {"dvara-examples": _ours(folder), **_others(folder, script)}
        bare = ["sh", "-c", f"i=0; while [ $i -lt {CASES} ]; do '{PYTHON}' '{script}'; i=$((i+1)); done"]
        added = _measure(tools, bare, env)
    ours = added.pop("dvara-examples")
    print(f"trivial case {ours * 1000:6.1f} ms added by dvara-examples --jobs 1")
    for name, cost in sorted(added.items(), key=lambda item: item[1]):
        print(f"             {cost * 1000:6.1f} ms added by {name}")
    if added:
        print(f"             ours ÷ the fastest of the others = {ours / min(added.values()):.2f}   goal ≤ 1.0")
    if "prysk" in added:
        print(f"             ours ÷ prysk = {ours / added['prysk']:.2f}   goal ≤ 0.5")


def _measure(tools: Mapping[str, list[str]], bare: list[str], env: Mapping[str, str]) -> dict[str, float]:
    took: dict[str, list[float]] = {name: [] for name in tools}
    for number in range(-1, ROUNDS):
        base_s = time_once(bare, env)
        for name, command in tools.items():
            seconds = time_once(command, env)
            if number >= 0:
                took[name].append((seconds - base_s) / CASES)
    return {name: statistics.median(times) for name, times in took.items()}


def _ours(folder: Path) -> list[str]:
    entries = "".join(
        f"  - {{id: trivial-{i}, title: nothing, expect: {{exit: 0}}, variants: {{python: python/trivial.py}}}}\n"
        for i in range(CASES)
    )
    manifest = folder / "examples" / "manifest.yaml"
    manifest.write_text(f"version: 1\nexamples:\n{entries}")
    tool = str(Path(sys.executable).with_name("dvara-examples"))
    return [tool, "run", "all", "--jobs", "1", "--manifest", str(manifest)]


def _others(folder: Path, script: Path) -> dict[str, list[str]]:
    """Install the other tools below *folder* and return a command for each that could be installed."""
    makers: tuple[Callable[[Path, Path], tuple[str, list[str]] | None], ...] = (_prysk, _byexample, _bats)
    return dict(made for maker in makers if (made := maker(folder, script)) is not None)


def _prysk(folder: Path, script: Path) -> tuple[str, list[str]] | None:
    python = _install(folder, "prysk")
    tests = folder / "prysk"
    tests.mkdir()
    for i in range(CASES):
        (tests / f"{i}.t").write_text(f"  $ '{PYTHON}' '{script}'\n")
    return ("prysk", [str(python.with_name("prysk")), "-q", str(tests)]) if python else None


def _byexample(folder: Path, script: Path) -> tuple[str, list[str]] | None:
    python = _install(folder, "byexample")
    page = folder / "trivial.md"
    page.write_text(f"```shell\n$ '{PYTHON}' '{script}'\n```\n\n" * CASES)
    return ("byexample", [str(python.with_name("byexample")), "-l", "shell", str(page)]) if python else None


def _bats(folder: Path, script: Path) -> tuple[str, list[str]] | None:
    test = folder / "trivial.bats"
    test.write_text("".join(f"@test \"case {i}\" {{ '{PYTHON}' '{script}'; }}\n" for i in range(CASES)))
    done = subprocess.run(
        ["npm", "install", "--prefix", str(folder / "bats"), "--silent", "bats"], stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        print("             bats could not be installed")
        return None
    return "bats", [str(folder / "bats" / "node_modules" / "bats" / "bin" / "bats"), str(test)]


def _install(folder: Path, name: str) -> Path | None:
    """Install a package from the index into an environment of its own and return that environment's interpreter."""
    home = folder / f"env-{name}"
    python = home / "bin" / "python"
    made = subprocess.run([sys.executable, "-m", "uv", "venv", "-q", "--python", sys.executable, str(home)], check=False)
    done = subprocess.run([sys.executable, "-m", "uv", "pip", "install", "-q", "--python", str(python), name], check=False)
    if made.returncode or done.returncode:
        print(f"             {name} could not be installed")
        return None
    return python


if __name__ == "__main__":
    main()
