"""TAB, pressed in real shells."""

import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dvara_examples.records.run_json import FORMAT

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
COMMAND = str(BIN / "dvara-examples")
SHELLS = ("bash", "zsh", "fish")
PATIENCE_S = 60.0


def shell_command(name: str) -> str:
    """Return the path of a shell that is here; on CI it has to be."""
    found = shutil.which(name)
    if found is None and not os.environ.get("CI"):
        pytest.skip(f"no {name} on this machine (Debian: apt-get install {name})")
    assert found is not None, f"CI has to have {name}; .ci/run installs it"
    return found


def environment(home: Path) -> dict[str, str]:
    """Return an environment with an empty home, in which the command is on PATH."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    state = str(home / "state")
    return {"PATH": path, "HOME": str(home), "LC_ALL": "C.UTF-8", "TERM": "dumb", "DVARA_EXAMPLES_STATE": state}


def stored_run(home: Path) -> None:
    """Store one run, of which only the summary is there."""
    folder = home / "state" / "runs" / "20261122T200000Z-abcd"
    folder.mkdir(parents=True)
    runs = [{"id": "odd[python]", "language": "python", "outcome": "passed", "reason": "", "transcript": None}]
    about = {"started": "", "gateway": "", "deps": "locked", "runtimes": {}}
    (folder / "run.json").write_text(json.dumps({"format": FORMAT, "version": 1, **about, "finished": True, "runs": runs}))


def offered(line: str, home: Path, cwd: Path = REPOSITORY) -> list[str]:
    """Return what the program offers where *line* ends, as bash asks it."""
    words = line.split(" ")
    variables = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1), "_DVARA_EXAMPLES_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [COMMAND], cwd=cwd, env={**environment(home), **variables}, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""
    return [answer.partition(",")[2] for answer in done.stdout.split()]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("dvara-examples expl", ["explain"]),
        ("dvara-examples run --report m", ["markdown"]),
        ("dvara-examples run stream-rec", ["stream-reconnect"]),
        (
            "dvara-examples run stream-reconnect",
            ["stream-reconnect", "stream-reconnect[python]", "stream-reconnect[node]", "stream-reconnect[java]"],
        ),
        ("dvara-examples plan stream-basic[n", ["stream-basic[node]"]),
        ("dvara-examples run examples/node/stream-b", ["examples/node/stream-basic.mjs"]),
        ("dvara-examples list --tag smo", ["smoke"]),
        ("dvara-examples run all -l ", ["python", "node", "java"]),
        ("dvara-examples explain disc", ["disconnects_within_s"]),
        ("dvara-examples judge 2", ["20261122T200000Z-abcd"]),
        ("dvara-examples show lat", ["latest"]),
        ("dvara-examples show latest o", ["odd[python]"]),
        ("dvara-examples completion f", ["fish"]),
    ],
)
def test_words_are_offered_where_they_fit(line: str, wanted: list[str], tmp_path: Path) -> None:
    """Commands, kinds, ids, variants, scripts, tags, languages, runs and words to explain complete."""
    stored_run(tmp_path)
    assert offered(line, tmp_path) == wanted


@pytest.mark.parametrize("manifest", [None, "nonsense: [", "examples: 3", "- a"])
def test_nothing_is_offered_and_nothing_told_where_something_is_wrong(manifest: str | None, tmp_path: Path) -> None:
    """Without a manifest, or with one that is broken, TAB is silent."""
    folder = tmp_path / "elsewhere"
    (folder / "examples").mkdir(parents=True)
    if manifest is not None:
        (folder / "examples" / "manifest.yaml").write_text(manifest)
        assert offered("dvara-examples run stream-r", tmp_path, folder) == []
    assert offered("dvara-examples judge latest", tmp_path) == []
    assert offered("dvara-examples show latest o", tmp_path) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_says_how_it_is_installed(shell: str) -> None:
    """Its last line is a comment with the line to type."""
    done = subprocess.run([COMMAND, "completion", shell], capture_output=True, text=True, timeout=60, check=True)
    last = done.stdout.splitlines()[-1]
    assert last.startswith(f"# To install it: dvara-examples completion {shell} >")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_tab_completes_in_a_terminal(shell: str, tmp_path: Path) -> None:
    """With the script installed as it says, TAB makes a whole id of its beginning."""
    script = subprocess.run([COMMAND, "completion", shell], capture_output=True, text=True, timeout=60, check=True).stdout
    begin = {"bash": "PS1='ready> '\n", "zsh": "PROMPT='ready> '\nautoload -Uz compinit\ncompinit -u\n"}[shell]
    startup = tmp_path / {"bash": ".bashrc", "zsh": ".zshrc"}[shell]
    startup.write_text(begin + script)
    options = ["--noprofile", "--rcfile", str(startup), "-i"] if shell == "bash" else ["-i"]
    with Terminal([shell_command(shell), *options], environment(tmp_path)) as terminal:
        terminal.wait_for("ready> ")
        terminal.type("dvara-examples show stream-rec\t")
        terminal.wait_for("dvara-examples show stream-reconnect")


def test_pages_are_files_which_the_shell_knows_best(tmp_path: Path) -> None:
    """Where a page is wanted, the shell is told to offer its files."""
    line = "dvara-examples docs check docs/st"
    variables = {"COMP_WORDS": line, "COMP_CWORD": "3", "_DVARA_EXAMPLES_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [COMMAND], env={**environment(tmp_path), **variables}, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "file,docs/st\n"


def test_fish_offers_ids_with_their_titles(tmp_path: Path) -> None:
    """Fish shows what an id stands for next to it."""
    script = tmp_path / "completion.fish"
    script.write_bytes(subprocess.run([COMMAND, "completion", "fish"], capture_output=True, timeout=60, check=True).stdout)
    ask = f"source {script}; complete -C 'dvara-examples show stream-rec'"
    command = [shell_command("fish"), "--no-config", "-c", ask]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("stream-reconnect\tRetry after a lost connection")


class Terminal:
    """A program on a terminal of its own; ends with the block."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._command, self._env = command, env
        self._seen = ""

    def __enter__(self) -> "Terminal":
        master, slave = pty.openpty()
        self._terminal = master
        self._child = subprocess.Popen(
            self._command, cwd=REPOSITORY, env=self._env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()
        self._child.wait()
        os.close(self._terminal)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._terminal, keys.encode())

    def wait_for(self, text: str) -> None:
        """Read until *text* is on the screen; forget what stands before it."""
        limit = time.monotonic() + PATIENCE_S
        while text not in self._seen:
            ready, _, _ = select.select([self._terminal], [], [], max(limit - time.monotonic(), 0))
            assert ready, f"{text!r} never came; seen: {self._seen!r}"
            self._seen += os.read(self._terminal, 4096).decode(errors="replace")
        self._seen = self._seen.partition(text)[2]
