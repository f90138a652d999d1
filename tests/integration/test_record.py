"""``dvara-examples record``: what it writes down holds when the script runs again."""

from pathlib import Path

import pytest
import yaml

from dvara_examples.records.transcript import ProcessEnd
from dvara_examples.session.recording import _says_nothing
from tests.factories import make_transcript
from tests.integration.conftest import REPOSITORY, Tool

ASKS_TWICE = """
import http.client, json, os, sys, urllib.parse
url = urllib.parse.urlsplit(os.environ["DVARA_URL"])
key = {"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"}
for model in ("gpt-4o", "nobody-knows-it"):
    asked = http.client.HTTPConnection(url.netloc)
    body = {"model": model, "messages": [{"role": "user", "content": "Hi"}]}
    asked.request("POST", url.path + "/chat/completions", json.dumps(body), key)
    answer = asked.getresponse()
    answer.read()
print("the key is", os.environ["DVARA_API_KEY"])
print(answer.status, file=sys.stderr)
sys.exit(7)
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return an empty folder with one script."""
    folder = tmp_path / "repository"
    (folder / "examples" / "python").mkdir(parents=True)
    (folder / "examples" / "python" / "asks_twice.py").write_text(ASKS_TWICE)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("script", ["python/stream_basic.py", "node/stream-basic.mjs", "java/StreamBasic.java"])
def test_a_stream_is_recorded_in_each_language(tool: Tool, languages: tuple[str, ...], script: str) -> None:
    """The same behaviour gives the same expectations, and the id and the path come from the file."""
    language = script.partition("/")[0]
    if language not in languages:
        pytest.skip(f"no runtime for {language} here")
    ran = tool("record", f"examples/{script}", env={"NO_COLOR": "1"})
    assert ran.code == 0, ran.stderr
    assert yaml.safe_load(ran.stdout) == [
        {
            "id": "stream-basic",
            "title": "Stream basic",
            "expect": {
                "exit": 0,
                "ends": "done",
                "finish_reason": "stop",
                "requests": 1,
                "path": "/v1/chat/completions",
                "prints_the_stream": True,
                "progressive": True,
                "stderr": {"equals": ""},
            },
            "variants": {language: script},
        }
    ]
    assert "times and the number of pieces, as they differ from run to run" in ran.stderr


def test_what_is_written_passes_at_once(tool: Tool, repository: Path) -> None:
    """In a folder without a manifest one is begun; two requests, a refusal and a bad exit are recorded as they were."""
    ran = tool("record", "examples/python/asks_twice.py", "--write", "asks-twice", "--title", "Two at once", cwd=repository)
    assert ran.code == 0, ran.stderr
    assert "wrote examples/manifest.yaml" in ran.stdout
    (entry,) = yaml.safe_load((repository / "examples" / "manifest.yaml").read_text())["examples"]
    assert entry == {
        "id": "asks-twice",
        "title": "Two at once",
        "expect": {
            "exit": 7,
            "ends": ["answered", "http_error"],
            "requests": 2,
            "responses": [200, 400],
            "path": "/v1/chat/completions",
        },
        "variants": {"python": "python/asks_twice.py"},
    }
    assert "prints_the_stream, which does not hold" in ran.stderr
    assert "the words on stdout, as only you know which of them matter" in ran.stderr
    assert "the words on stderr, as only you know which of them matter" in ran.stderr
    again = tool("run", "asks-twice", cwd=repository)
    assert again.code == 0, again.stdout + again.stderr


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("print('done')\n", ["no request reached the gateway"]),
        (
            "import os\n\nkey = os.environ['SOME_API_KEY']\n",
            ["KeyError: 'SOME_API_KEY'", "no_request.py:3: reads SOME_API_KEY, which is not set", "`env:` sets others"],
        ),
        (
            "import os\n# http://localhost:8080/v1\nURL = 'http://127.0.0.1:9/v1'\nos.environ.get('DVARA_URL')\n",
            ["no_request.py:3: holds the address http://127.0.0.1:9/v1\n"],
        ),
    ],
    ids=["nothing", "variable", "address"],
)
def test_a_script_that_asks_nothing(tool: Tool, repository: Path, script: str, said: list[str]) -> None:
    """A script whose requests do not reach the gateway is exit 1 with the line to look at, and not written down."""
    (repository / "examples" / "python" / "no_request.py").write_text(script)
    ran = tool("record", "examples/python/no_request.py", "--write", "no-request", cwd=repository)
    assert (ran.code, ran.stdout) == (1, "")
    assert "error: no request reached the gateway\n" in ran.stderr
    assert [part for part in said if part not in ran.stderr] == []
    assert not (repository / "examples" / "manifest.yaml").exists()


def test_a_script_that_crashes_is_not_recorded(tool: Tool, repository: Path) -> None:
    """An uncaught error after a request is named, and is nothing to expect of every run."""
    crash = ASKS_TWICE.replace("sys.exit(7)", "raise ValueError('no such field')")
    (repository / "examples" / "python" / "asks_twice.py").write_text(crash)
    ran = tool("record", "examples/python/asks_twice.py", "--write", "asks-twice", cwd=repository)
    assert (ran.code, ran.stdout) == (1, "")
    assert "error: the script crashed, and a crash is nothing to expect\n  ValueError: no such field\n" in ran.stderr
    assert not (repository / "examples" / "manifest.yaml").exists()


def test_a_second_script_beside_a_listed_one(tool: Tool, repository: Path) -> None:
    """The script that is being recorded may lie in a folder that has a listed script; what was there stays byte for byte."""
    assert tool("record", "examples/python/asks_twice.py", "--write", "first", cwd=repository).code == 0
    before = (repository / "examples" / "manifest.yaml").read_bytes()
    (repository / "examples" / "python" / "again.py").write_text(ASKS_TWICE)
    shown = tool("record", "examples/python/again.py", cwd=repository)
    assert shown.code == 0, shown.stderr
    written = tool("record", "examples/python/again.py", "--write", "second", cwd=repository)
    assert written.code == 0, written.stderr
    assert (repository / "examples" / "manifest.yaml").read_bytes().startswith(before)
    assert tool("run", "all", cwd=repository).code == 0


NODE_ASKS_TWICE = """
const key = { Authorization: `Bearer ${process.env.DVARA_API_KEY}`, "Content-Type": "application/json" };
let status;
for (const model of ["gpt-4o", "nobody-knows-it"]) {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }] });
  const answer = await fetch(`${process.env.DVARA_URL}/chat/completions`, { method: "POST", headers: key, body });
  await answer.text();
}
console.log("asked twice");
console.error("and said so");
process.exitCode = CODE;
"""


def test_a_second_language_joins_an_example(tool: Tool, repository: Path, languages: tuple[str, ...]) -> None:
    """A script that does what the example expects becomes its variant; one that does not is refused with the difference."""
    if "node" not in languages:
        pytest.skip("no Node.js here")
    assert tool("record", "examples/python/asks_twice.py", "--write", "asks-twice", cwd=repository).code == 0
    manifest = repository / "examples" / "manifest.yaml"
    before = manifest.read_text()
    script = repository / "examples" / "node" / "asks-twice.mjs"
    script.parent.mkdir()
    script.write_text(NODE_ASKS_TWICE.replace("CODE", "3"))
    refused = tool("record", "examples/node/asks-twice.mjs", "--write", "asks-twice", cwd=repository)
    assert refused.code == 1
    assert "asks-twice (examples/manifest.yaml:5:5) expects what this script does not do" in refused.stderr
    assert "exit: " in refused.stderr
    assert manifest.read_text() == before
    script.write_text(NODE_ASKS_TWICE.replace("CODE", "7"))
    joined = tool("record", "examples/node/asks-twice.mjs", "--write", "asks-twice", cwd=repository)
    assert joined.code == 0, joined.stderr
    assert manifest.read_text() == before + "      node: node/asks-twice.mjs\n"
    assert "next: dvara-examples run 'asks-twice[node]' --verbose" in joined.stdout
    assert tool("run", "all", cwd=repository).code == 0


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("examples/python/none.py",), 2, "none.py is not a file\nhint: name the path of a script"),
        (("examples/notes.txt",), 2, "is not a script in a known language\nhint: .cjs, .cts, .java"),
        (("examples/python/asks_twice.py", "--write", "Asks_Twice"), 2, "try 'asks-twice'"),
        (("examples/python/asks_twice.py", "--write", "x", "--gateway", "url"), 3, "DVARA_URL is not set"),
    ],
)
def test_what_cannot_be_recorded(tool: Tool, repository: Path, args: tuple[str, ...], code: int, said: str) -> None:
    """One sentence, and nothing is written."""
    (repository / "examples" / "notes.txt").write_text("")
    ran = tool("record", *args, cwd=repository)
    assert (ran.code, ran.stdout) == (code, "")
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (repository / "examples" / "manifest.yaml").exists()


def test_an_id_that_is_taken_is_refused_before_anything_runs(tool: Tool) -> None:
    """No request is made for an entry that could not be written."""
    ran = tool("record", "examples/python/stream_basic.py", "--write", "stream-basic", cwd=REPOSITORY)
    assert ran.code == 2
    assert "the example 'stream-basic' already exists at examples/manifest.yaml:" in ran.stderr
    assert "preparing" not in ran.stderr


def test_a_script_beside_others_that_nobody_names(tool: Tool, repository: Path) -> None:
    """Other scripts of the folder that no variant names do not stand in the way; a run counts them."""
    (repository / "examples" / "python" / "forgotten.py").write_text("")
    ran = tool("record", "examples/python/asks_twice.py", "--write", "asks-twice", cwd=repository)
    assert ran.code == 0, ran.stderr
    again = tool("run", "all", cwd=repository)
    assert again.code == 0
    assert "forgotten.py" in again.stderr


def test_a_script_that_had_to_be_ended_says_nothing() -> None:
    """A limit that was reached is no expectation that somebody wants."""
    ended = make_transcript(process=ProcessEnd(None, signal="SIGTERM", limit="idle"))
    assert "was stopped at its idle limit" in str(_says_nothing(ended))
    assert _says_nothing(make_transcript()) is None
