"""What a large manifest costs to load and select from: ten thousand cases, and twice as many. Goal: ≤ 1 s and ≤ 100 MB."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

CASES = 10_000
RUNS = 5

MEASURE = """
import json, resource, sys, time
from pathlib import Path
from dvara_examples.manifest import load_manifest
from dvara_examples.manifest.vocabulary import installed_vocabulary
from dvara_examples.selection.select import select

def peak_mb():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)

vocabulary, path = installed_vocabulary(), Path(sys.argv[1])
before_mb, began_s = peak_mb(), time.perf_counter()
manifest = load_manifest(path, path.parent, vocabulary=vocabulary)
loaded_s = time.perf_counter() - began_s
select(manifest, ["all"], cwd=path.parent)
selected_s = time.perf_counter() - began_s - loaded_s
print(json.dumps([len(manifest.examples), len(manifest.variants), loaded_s, selected_s, peak_mb() - before_mb]))
"""


def write_folder(folder: Path, *, examples: int) -> Path:
    """Write a manifest of so many examples, with one, two or three variants each in turn, and all their scripts."""
    lines = ["version: 1", "examples:"]
    for n in range(examples):
        scripts = {"python": f"python/case_{n}.py", "node": f"node/case-{n}.mjs", "java": f"java/Case{n}.java"}
        lines += [
            f"  - id: case-{n}",
            f"    title: Case {n} prints what arrives",
            "    tags: [smoke, streaming]",
            "    needs: [scripted]",
            "    answers:",
            f"      - text: Hello there {n % 100}",
            "        piece_delay_s: 0.05",
            "    limits: {wall_s: 30, idle_s: 10}",
            "    expect:",
            "      exit: 0",
            "      ends: done",
            "      requests: 1",
            "      finish_reason: stop",
            "      prints_the_stream: true",
            f"      stdout: {{contains: there {n % 100}}}",
            "    variants:",
        ]
        for language, script in list(scripts.items())[: n % 3 + 1]:
            lines.append(f"      {language}: {script}")
            (folder / language).mkdir(exist_ok=True)
            (folder / script).touch()
    path = folder / "manifest.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def main() -> None:
    """Print the best of several runs, each in a process of its own, for both sizes."""
    for examples in (CASES // 2, CASES):
        with tempfile.TemporaryDirectory() as folder:
            path = write_folder(Path(folder), examples=examples)
            command = [sys.executable, "-c", MEASURE, str(path)]
            runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(RUNS)]
        count, variants, loaded_s, selected_s, grown_mb = min(runs, key=lambda run: run[2])
        figures = f"load {loaded_s:.2f} s, select {selected_s:.3f} s, memory +{grown_mb:.0f} MB"
        print(f"{variants:>6} cases in {count:>6} examples: {figures}   (best of {RUNS})")


if __name__ == "__main__":
    main()
