"""`show` of a stored run, from the command line on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.run_json import FORMAT
from tests.make_transcripts import transcript_path

REPOSITORY = Path(__file__).resolve().parents[2]
COMMAND = str(Path(sys.executable).with_name("dvara-examples"))
RUN = "20261122T200000Z-abcd"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Return a state folder that holds one run: a passed one, a failed one and a skipped one."""
    folder = tmp_path / "state" / "runs" / RUN
    folder.mkdir(parents=True)
    runs = [{"id": "skipped[java]", "language": "java", "outcome": "skipped", "reason": "no JDK", "transcript": None}]
    for ending, outcome in ((Ending.RESET, "passed"), (Ending.TRUNCATED, "failed")):
        name = transcript_path(ending).name
        (folder / name).write_bytes(transcript_path(ending).read_bytes())
        runs.append({"id": f"{ending}[python]", "language": "python", "outcome": outcome, "reason": "", "transcript": name})
    about = {"started": "2026-11-22T20:00:00+00:00", "gateway": "embedded", "deps": "locked", "runtimes": {}}
    summary = {"format": FORMAT, "version": 1, **about, "finished": True, "runs": runs}
    (folder / "run.json").write_text(json.dumps(summary))
    return tmp_path / "state"


def show(state: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Call `show` in a process of its own."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR")}
    return subprocess.run(
        [COMMAND, "show", *args],
        cwd=REPOSITORY,
        env={**inherited, "DVARA_EXAMPLES_STATE": str(state), **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_a_flaky_run_shows_the_attempt_that_failed_first(state: Path) -> None:
    """Both attempts are drawn, and the one that counts says after how many it came."""
    path = state / "runs" / RUN / "run.json"
    document = json.loads(path.read_text())
    failed, *_ = (run for run in document["runs"] if run["outcome"] == "failed")
    passed, *_ = (run for run in document["runs"] if run["outcome"] == "passed")
    passed["earlier"] = [{"outcome": "failed", "reason": "", "transcript": failed["transcript"]}]
    path.write_text(json.dumps({**document, "runs": [passed]}))
    done = show(state, "latest")
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("failed  reset[python]") < done.stdout.index("passed  reset[python]")
    assert "flaky: after 1 that did not pass" in done.stdout


@pytest.mark.parametrize("name", ["latest", RUN, RUN[:10], "FOLDER"])
def test_a_run_is_drawn_by_whatever_name(state: Path, name: str) -> None:
    """`latest`, the id, its beginning and the folder lead to the same pictures, with outcomes, endings and remarks."""
    done = show(state, str(state / "runs" / RUN) if name == "FOLDER" else name)
    assert done.returncode == 0, done.stderr
    for part in ("skipped  skipped[java]", "no JDK", "passed  reset[python]", "failed  truncated[python]", "┣", "✗", "exit 0 ■"):
        assert part in done.stdout
    assert "the last chunk never came" in done.stdout
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines()[5:9])) <= 80


def test_single_variants_and_every_moment(state: Path) -> None:
    """A variant's id narrows it down; `--verbose` tells every moment with its time."""
    done = show(state, "latest", "reset[python]", "--verbose")
    assert done.returncode == 0, done.stderr
    assert "truncated[python]" not in done.stdout
    assert "text ' wörld'" in done.stdout
    assert "stdout    'Hello'" in done.stdout


def test_colour_where_it_is_asked_for_and_ascii_where_no_more_can_be_written(state: Path) -> None:
    """FORCE_COLOR gives colour in a pipe; a stream of ASCII gets no sign beyond it, and no error."""
    assert "\x1b[" in show(state, "latest", FORCE_COLOR="1").stdout
    plain = show(state, "latest", "--verbose", PYTHONIOENCODING="ascii", COLUMNS="60")
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout.isascii()
    assert "POST /v1/chat/completions -> 200" in plain.stdout


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("latest", "resett[python]"), "did you mean 'reset[python]'?"),
        (("1999",), "latest, an id, or a folder is accepted"),
        (("stream-basci",), "a stored run is named `latest`"),
        (("--run", "stream-basic"), "no run is named 'stream-basic'"),
        (("--example", "latest"), "latest"),
    ],
)
def test_what_is_neither_is_exit_2(state: Path, args: tuple[str, ...], told: str) -> None:
    """The sentence says what would be accepted."""
    done = show(state, *args)
    assert done.returncode == 2, done.stdout
    assert told in done.stderr


def test_a_name_that_could_be_both_has_to_be_made_clear(state: Path, tmp_path: Path) -> None:
    """An example that is called like a run is not guessed at: `--example` and `--run` decide."""
    (tmp_path / "x.py").write_text("print()\n")
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text(
        "version: 1\nexamples:\n  - id: latest\n    title: A name like a run's\n    expect: {exit: 0}\n"
        "    variants: {python: x.py}\n"
    )
    both = show(state, "latest", "--manifest", str(manifest))
    assert both.returncode == 2
    assert "--example or --run" in both.stderr
    assert "A name like a run's" in show(state, "--example", "latest", "--manifest", str(manifest)).stdout
    assert "reset[python]" in show(state, "--run", "latest", "--manifest", str(manifest)).stdout


def test_a_run_can_be_shown_where_the_manifest_is_wrong(state: Path, tmp_path: Path) -> None:
    """What was stored needs no manifest."""
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text("nonsense: [")
    assert show(state, "latest", "--manifest", str(manifest)).returncode == 0
