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


def test_a_script_that_asks_nothing(tool: Tool, repository: Path) -> None:
    """Without any request there is its exit, and that there was none."""
    (repository / "examples" / "python" / "quiet.py").write_text("print('done')\n")
    ran = tool("record", "examples/python/quiet.py", cwd=repository)
    assert yaml.safe_load(ran.stdout)[0]["expect"] == {"exit": 0, "requests": 0}


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("examples/python/none.py",), 2, "none.py is no file\nhint: the path of a script is accepted"),
        (("examples/notes.txt",), 2, "is no script of a language that is known\nhint: .java, .js, .mjs, .py are accepted"),
        (("examples/python/asks_twice.py", "--write", "Asks_Twice"), 2, "'asks-twice' would do"),
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
    assert "there is an example 'stream-basic' already, at examples/manifest.yaml:" in ran.stderr
    assert "preparing" not in ran.stderr


def test_a_script_beside_others_that_nobody_names(tool: Tool, repository: Path) -> None:
    """An entry that would leave other scripts of the folder unnamed is refused with their names, and not written."""
    (repository / "examples" / "python" / "forgotten.py").write_text("")
    ran = tool("record", "examples/python/asks_twice.py", "--write", "asks-twice", cwd=repository)
    assert ran.code == 2
    assert "forgotten.py" in ran.stderr
    assert sorted(path.name for path in (repository / "examples").iterdir()) == ["python"]


def test_a_script_that_had_to_be_ended_says_nothing() -> None:
    """A limit that was reached is no expectation that somebody wants."""
    ended = make_transcript(process=ProcessEnd(None, signal="SIGTERM", limit="idle"))
    assert "had to be ended at its idle limit" in (_says_nothing(ended) or "")
    assert _says_nothing(make_transcript()) is None
