"""What `--in docker` adds per run to `docker run` of the same image: ``python -m bench.containers IMAGE``; IMAGE has a Python.

The same script, one after the other and several side by side, in turn with a shell that calls `docker run` as often. All that a
session does counts: its own start, the container, the relay, the look for what was left behind, and the report.
"""

import os
import shlex
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench._timing import time_once

ROUNDS = 3
SHAPES = ((1, 1), (8, 1), (8, 4))
"""How many runs, and how many of them at once."""
SHARE = ("--cgroup-parent", "/", "--cpu-shares", "8192")
"""The share of busy processors that `--in docker` gives a container where the engine has the cgroupfs driver."""


def main(image: str) -> None:
    """Print the seconds of both ways, and what is added per run."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        script = folder / "examples" / "hello.py"
        script.parent.mkdir()
        script.write_text("print('hello')\n", "utf-8")
        env = {**os.environ, "DVARA_URL": "", "DVARA_EXAMPLES_STATE": str(folder / "state")}
        for runs, at_once in SHAPES:
            ours, bare = _ours(folder, image, runs, at_once), _bare(script, image, runs, at_once)
            time_once(ours, env)  # prepares, and warms the engine up
            pairs = [(time_once(ours, env), time_once(bare, env)) for _ in range(ROUNDS)]
            ours_s, bare_s = (statistics.median(times) for times in zip(*pairs, strict=True))
            added_s = statistics.median((a - b) / runs for a, b in pairs)
            print(f"{runs} runs, {at_once} at once: {ours_s:.2f} s, docker run {bare_s:.2f} s; added per run {added_s:+.2f} s")


def _ours(folder: Path, image: str, runs: int, at_once: int) -> Sequence[str]:
    entries = "".join(
        f"- {{id: hello-{number}, title: Hello, packages: {{python: []}}, expect: {{exit: 0}}, variants: {{python: hello.py}}}}\n"
        for number in range(runs)
    )
    manifest = folder / "examples" / f"manifest-{runs}.yaml"
    manifest.write_text(f"version: 1\nimages: {{python: '{image}'}}\nexamples:\n{entries}", "utf-8")
    tool = str(Path(sys.executable).with_name("dvara-examples"))
    return [tool, "run", "all", "--in", "docker", "--jobs", str(at_once), "--manifest", str(manifest)]


def _bare(script: Path, image: str, runs: int, at_once: int) -> Sequence[str]:
    once = shlex.join(
        ["docker", "run", "--rm", *SHARE, "--network", "host", "-v", f"{script}:/hello.py:ro", image, "python3", "/hello.py"]
    )
    return ["sh", "-c", f"seq {runs} | xargs -P {at_once} -I % {once}"]


if __name__ == "__main__":
    main(sys.argv[1])
