"""What the packages of a repository cost when nothing is here yet, against its own commands typed one after another.

Both begin with empty caches and fetch the same lists from the same registries, in turn, in one run. ``setup`` also compiles;
Maven's own plug-ins are fetched before, uncounted. Goal: at most two thirds of the commands' time, and an unchanged list ≤ 50 ms.

    python bench/preparation.py FOLDER [PAIRS]
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import uv

TOOL = (sys.executable, "-m", "dvara_examples")
POM = """<project><modelVersion>4.0.0</modelVersion><groupId>bench</groupId><artifactId>bench</artifactId><version>1</version>
<dependencies>{}</dependencies></project>"""
DEPENDENCY = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"
RESOLVE = ("mvn", "-q", "-B", "dependency:build-classpath")
STEADY_RUNS = 9


def timed(command: tuple[str, ...], folder: Path, env: dict[str, str], *, accepted: tuple[int, ...] = (0,)) -> float:
    """Run *command* in *folder* and return the seconds that it took."""
    began_s = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    took_s = time.perf_counter() - began_s
    if done.returncode not in accepted:
        raise SystemExit(f"{' '.join(command)} in {folder}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return took_s


def lists_of(repository: Path) -> tuple[list[Path], list[Path], list[Path]]:
    """Return the lists for Python and Node, and the Java scripts with ``//DEPS``, that the manifest's examples need."""
    env = {**os.environ, "DVARA_EXAMPLES_CACHE": str(repository.parent / "unused")}
    shown = subprocess.run([*TOOL, "plan", "all"], cwd=repository, env=env, capture_output=True, text=True, check=True).stdout
    needed = [repository / name for name in re.findall(r"^needs +(\S+?),? ", shown, re.MULTILINE)]
    java = [repository / name for name in re.findall(r"\S+\.java$", shown, re.MULTILINE)]
    java = [path for path in java if "//DEPS" in path.read_text("utf-8")]
    return [path for path in needed if path.suffix == ".txt"], [path for path in needed if path.name == "package.json"], java


def poms_of(scripts: list[Path], work: Path) -> Iterator[Path]:
    """Write a pom for each script, and yield its folder."""
    for number, script in enumerate(scripts):
        found = re.findall(r"^//DEPS\s+([\w.-]+):([\w.-]+):([\w.-]+)", script.read_text("utf-8"), re.MULTILINE)
        folder = work / f"pom-{number}"
        folder.mkdir(parents=True)
        (folder / "pom.xml").write_text(POM.format("".join(DEPENDENCY.format(*parts) for parts in found)), "utf-8")
        yield folder


def by_hand(repository: Path, work: Path, plugins: Path) -> dict[str, float]:
    """Type the commands one after another, and return what each took."""
    python, node, java = lists_of(repository)
    env = {**os.environ, "UV_CACHE_DIR": str(work / "uv"), "npm_config_cache": str(work / "npm")}
    took = {}
    for number, listing in enumerate(python):
        name, place = f"uv   {listing.relative_to(repository)}", str(work / f"venv-{number}")
        took[name] = timed((uv.find_uv_bin(), "venv", "-q", place), listing.parent, env)
        words = ("pip", "install", "-q", "--python", place, "-r", listing.name)
        took[name] += timed((uv.find_uv_bin(), *words), listing.parent, env)
    for listing in node:
        shutil.rmtree(listing.parent / "node_modules", ignore_errors=True)
        took[f"npm  {listing.relative_to(repository)}"] = timed(("npm", "install", "--no-package-lock"), listing.parent, env)
        shutil.rmtree(listing.parent / "node_modules", ignore_errors=True)
    shutil.copytree(plugins, work / "m2")
    for script, folder in zip(java, poms_of(java, work), strict=True):
        took[f"mvn  {script.relative_to(repository)}"] = timed((*RESOLVE, f"-Dmaven.repo.local={work / 'm2'}"), folder, env)
    return took


def by_us(repository: Path, work: Path) -> tuple[float, float]:
    """Let ``setup`` do it, and return what that took; then what it takes again, where nothing has changed."""
    home = work / "home"
    home.mkdir(parents=True)
    state = {name: str(work / folder) for name, folder in (("DVARA_EXAMPLES_CACHE", "cache"), ("XDG_STATE_HOME", "state"))}
    env = {**os.environ, "HOME": str(home), **state, "DVARA_EXAMPLES_JAVA_LAUNCHER": "built-in"}
    setup = (*TOOL, "setup")
    return timed(setup, repository, env, accepted=(0, 1, 3)), timed(setup, repository, env, accepted=(0, 1, 3))


def main(folder: Path, pairs: int) -> None:
    """Measure *pairs* times, in turn."""
    with tempfile.TemporaryDirectory() as made:
        work = Path(made)
        repository = work / "repository"
        shutil.copytree(folder, repository, ignore=shutil.ignore_patterns("node_modules"))
        if not (repository / "examples" / "manifest.yaml").is_file():
            timed((*TOOL, "init"), repository, dict(os.environ))
        plugins = work / "plugins"
        plugins.mkdir()
        if lists_of(repository)[2]:
            (empty,) = poms_of([Path(os.devnull)], work / "empty")
            timed((*RESOLVE, f"-Dmaven.repo.local={plugins}"), empty, dict(os.environ))
        ratios = []
        for number in range(pairs):
            ours_s, again_s = by_us(repository, work / f"ours-{number}")
            took = by_hand(repository, work / f"theirs-{number}", plugins)
            ratios.append(ours_s / sum(took.values()))
            for name, seconds in took.items():
                print(f"  {seconds:6.2f} s  {name}")
            print(
                f"setup {ours_s:.2f} s ÷ one after another {sum(took.values()):.2f} s = {ratios[-1]:.2f}; again {again_s:.2f} s"
            )
        print(f"median of {pairs}: {statistics.median(ratios):.2f} (goal: at most 0.67)")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
