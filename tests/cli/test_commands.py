"""The command line as a user meets it: help, mistakes, listings."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dvara_examples.manifest.loader import load_manifest

REPOSITORY = Path(__file__).resolve().parents[2]
COMMAND = str(Path(sys.executable).with_name("dvara-examples"))


def call(*args: str, cwd: Path = REPOSITORY, **environ: str) -> subprocess.CompletedProcess[str]:
    """Call the command in a process of its own, with *environ* on top of this one's."""
    return subprocess.run(
        [COMMAND, *args],
        cwd=cwd,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("rnu", "all"), "did you mean 'run'?"),
        (("run", "all", "--langage", "node"), "--language"),
        (("run", "stream-basik"), "stream-basic"),
        (("run", "all", "-l", "pyton"), "did you mean 'python'?"),
        (("run", "all", "-t", "smok"), "did you mean 'smoke'?"),
        (("run", "all", "--gateway", "embeded"), "embedded"),
        (("run", "all", "--jobs", "0"), "1<=x<=64"),
        (("run", "all", "--deps", "newest"), "latest"),
        (("run", "all", "-E", "tag(smok)"), "at column 5: nothing has the tag 'smok'\nhint: did you mean 'smoke'?"),
        (("list", "--filter", "tag(smoke"), "at column 10: expected ), found the end"),
        (("plan", "-E", "langage(java)"), "did you mean 'language'?"),
        (("run", "all", "--report", "jsno=x"), "did you mean 'json'?"),
        (("judge", "--report", "json="), "a path or - (stdout)"),
        (
            ("run", "all", "--report", "json=-", "--report", "junit=-"),
            "error: two reports would go to stdout: --report json=- and --report junit=-\n"
            "hint: name another file for one, such as --report junit=other-junit.xml",
        ),
        (("judge", "--report", "github", "--report", "html=-"), "would go to stdout: --report github and --report html=-"),
        (("judge", "--report", "json=a", "--report", "junit=./a"), "would go to ./a: --report json=a and --report junit=./a"),
        (("run",), "name what to run"),
        (("run", "all", "-x"), "hint: -x is --fail-fast here"),
        (("run", "-k", "stream"), "hint: -k is -E 'id(*WORD*)' here"),
        (("run", "all", "--lf"), "hint: --lf is --last-failed here"),
        (("run", "all", "--reporter", "junit"), "hint: --reporter is --report KIND[=PATH] here"),
        (("show", "stream-basci"), "stream-basic"),
        (("judge", "no-such-run"), "no-such-run"),
    ],
)
def test_a_mistake_is_exit_2_and_names_what_was_meant(args: tuple[str, ...], told: str) -> None:
    """Unknown words, ids and options name the nearest right one; no traceback."""
    done = call(*args)
    assert done.returncode == 2, done.stdout + done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_nothing_left_to_run_is_exit_4() -> None:
    """Right words that together leave nothing are told from wrong ones."""
    done = call("list", "chat-basic", "-t", "streaming")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "streaming" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "list",
        "show",
        "plan",
        "judge",
        "report",
        "docs",
        "new",
        "record",
        "doctor",
        "setup",
        "gateway",
        "tap",
        "check-gateway",
    ],
)
def test_every_command_has_a_help_that_ends_with_0(command: str) -> None:
    """`--help` works everywhere and starts with what the command does."""
    done = call(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: dvara-examples {command}")


def test_list_names_every_example_with_its_languages() -> None:
    """One line per example, and next to them a word about those that have to be asked for."""
    examples = load_manifest(REPOSITORY / "examples" / "manifest.yaml", REPOSITORY).examples
    plain = [example for example in examples if not example.opt_in]
    done = call("list")
    lines = done.stdout.splitlines()
    tags = "--tag conformance, --tag conformance-slow, --tag conformance-table"
    assert re.fullmatch(rf"and \d+ more that are opt-in \({tags}\)\n", done.stderr)
    assert any(line.split()[:4] == ["stream-basic", "python", "node", "java"] for line in lines)
    assert len(lines) == len(plain)


def test_a_filter_narrows_the_listing() -> None:
    """`list` takes what `run` takes."""
    lines = call("list", "-E", "tag(smoke) & !language(java)").stdout.splitlines()
    assert [line.split()[:3] for line in lines] == [["chat-basic", "python", "node"], ["stream-basic", "python", "node"]]


def test_plan_takes_the_words_of_run() -> None:
    """What a shard holds can be seen before anything runs; the four together are the whole."""
    whole = call("plan", "all", "--gateway", "embedded").stdout
    count = sum(line.startswith(("run ", "skip ")) for line in whole.splitlines())
    assert count >= 22
    shards = [
        call("plan", "all", "--repeat", "2", "--shard", f"{index}/4", "--gateway", "embedded").stdout for index in range(1, 5)
    ]
    assert all(f"in shard {index}/4 of {2 * count} runs" in text for index, text in enumerate(shards, 1))
    runs = [line for text in shards for line in text.splitlines() if line.startswith(("run ", "skip "))]
    assert (len(runs), sum(" #2 " in line for line in runs)) == (2 * count, count)


def test_show_tells_answers_expectations_and_scripts() -> None:
    """All that the manifest says of one example."""
    shown = call("show", "stream-reconnect").stdout
    for part in ("abort_after", "ends:", "examples/python/stream_reconnect.py", "scripted"):
        assert part in shown


def test_plan_starts_nothing(tmp_path: Path) -> None:
    """It tells what would run and writes no run folder."""
    done = subprocess.run(
        [COMMAND, "plan", "all", "--gateway", "embedded"],
        cwd=REPOSITORY,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "DVARA_EXAMPLES_STATE": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\d+ of \d+ would run$", done.stdout, re.MULTILINE)
    assert list(tmp_path.iterdir()) == []


def test_no_manifest_is_a_sentence(tmp_path: Path) -> None:
    """A manifest that is not there is named with its path."""
    done = call("list", "--manifest", str(tmp_path / "none.yaml"))
    assert done.returncode == 2
    assert "none.yaml" in done.stderr


def test_a_reader_that_leaves_early_is_no_fault() -> None:
    """`dvara-examples list | head -1` ends quietly."""
    pipe = f"'{COMMAND}' show stream-basic | head -1"
    done = subprocess.run(["sh", "-c", pipe], cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith("stream-basic:")


def test_runs_go_on_when_the_reader_of_the_report_leaves(tmp_path: Path) -> None:
    """`run | head -1` ends every run, stores it, and exits with the code of the verdicts."""
    (tmp_path / "examples" / "python").mkdir(parents=True)
    (tmp_path / "examples" / "python" / "slow.py").write_text("import time; time.sleep(0.5); print('x' * 100_000)")
    case = "  - {{id: slow-{}, title: slow, expect: {{exit: {}}}, variants: {{python: python/slow.py}}}}\n"
    entries = "".join(case.format(i, i // 3) for i in range(4))
    (tmp_path / "examples" / "manifest.yaml").write_text(f"version: 1\nexamples:\n{entries}")
    pipe = f"('{COMMAND}' run all --verbose --jobs 1; echo $? > code) | head -1"
    done = subprocess.run(["sh", "-c", pipe], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert (tmp_path / "code").read_text() == "1\n"
    (summary,) = (tmp_path / ".dvara-examples" / "runs").glob("*/run.json")
    assert [run["outcome"] for run in json.loads(summary.read_text())["runs"]] == ["passed", "passed", "passed", "failed"]


def test_importing_the_command_line_loads_click_and_little_else() -> None:
    """What is slow to import is imported where it is used."""
    code = "import sys, dvara_examples.cli; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(done.stdout.replace("'", "").strip("[]\n").split(", "))
    assert "click" in loaded
    assert loaded.isdisjoint({"openai", "requests", "rich", "docker", "yaml", "jsonschema", "psutil", "uv"})
    ours = {name for name in loaded if name.startswith("dvara_examples")}
    assert ours <= {f"dvara_examples{part}" for part in ("", ".cli", ".cli._boundary", ".cli._help", ".core", ".core.errors")}


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("truncated",), ("truncated: an ending", "Cause:", "Fix:")),
        (("RESET",), ("reset: an ending", "reset: a fault")),
        (("prints_the_stream", "3"), ("prints_the_stream: an expectation", "3: an exit code")),
        ((), ("endings\n", "exit codes\n", "eof_without_done", "close_early", "disconnects_within_s", "flaky")),
    ],
)
def test_explain_tells_what_a_word_means(args: tuple[str, ...], told: tuple[str, ...]) -> None:
    """One word, a word of two kinds, several words, or none: the list of all; no line is wider than the terminal."""
    done = call("explain", *args)
    assert done.returncode == 0, done.stderr
    assert [part for part in told if part not in done.stdout] == []
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_explain_names_the_nearest_word() -> None:
    """A slip of the hand is exit 2 with what was meant."""
    done = call("explain", "truncatd")
    assert done.returncode == 2
    assert "did you mean 'truncated'?" in done.stderr
    assert "did you mean 'eof_without_done'?" in call("explain", "eof").stderr


def test_plan_says_where_dependencies_are_stated(tmp_path: Path) -> None:
    """Each place is named once, with the runs that need it, and whether it is locked."""
    (tmp_path / "requirements.txt").write_text("openai>=1\n")
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").touch()
    entries = "".join(f"  - {{id: {n}, title: T, expect: {{exit: 0}}, variants: {{python: {n}.py}}}}\n" for n in "ab")
    own = "  - {id: c, title: T, expect: {exit: 0}, variants: {python: {file: a.py, packages: [litellm]}}}\n"
    (tmp_path / "manifest.yaml").write_text(f"version: 1\nexamples:\n{entries}{own}")
    empty = {"DVARA_EXAMPLES_CACHE": str(tmp_path / "cache")}  # what was resolved before has its date there
    shown = call("plan", "all", "--manifest", "manifest.yaml", "--gateway", "embedded", cwd=tmp_path, **empty)
    assert shown.returncode == 0, shown.stderr
    needs = [line.split("  ") for line in shown.stdout.splitlines() if line.startswith("needs")]
    assert [(cells[1], cells[-1].strip()) for cells in needs] == [
        ("requirements.txt, not locked", "a[python], b[python]"),
        ("packages (litellm), not locked", "c[python]"),
    ]
