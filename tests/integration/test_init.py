"""``dvara-examples init``: a repository that knows nothing of the tool gets its manifest, and its first run is true."""

import shutil
import socket
from pathlib import Path

import pytest
import yaml

from tests.integration.conftest import Tool

ASK = '''"""{title}."""
import http.client, json, os, sys, urllib.parse
url = urllib.parse.urlsplit(os.environ["DVARA_URL"])
key = {{"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"}}
for model in {models}:
    asked = http.client.HTTPConnection(url.netloc)
    body = {{"model": model, "messages": [{{"role": "user", "content": "Hi"}}]}}
    asked.request("POST", url.path + "/chat/completions", json.dumps(body), key)
    answer = json.load(asked.getresponse())
    print(answer["choices"][0]["message"]["content"] if {careful} or "choices" in answer else answer)
'''
NODE = """// Ask once - in Node.js.
const headers = { Authorization: `Bearer ${process.env.DVARA_API_KEY}`, "Content-Type": "application/json" };
const body = JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hi" }] });
const answer = await fetch(`${process.env.DVARA_URL}/chat/completions`, { method: "POST", headers, body });
console.log((await answer.json()).choices[0].message.content);
"""


def ask(title: str = "Ask once", models: tuple[str, ...] = ("gpt-4o",), *, careful: bool = True) -> str:
    """Return a script that asks each of *models* something."""
    return ASK.format(title=title, models=repr(models), careful=careful)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return somebody's repository, as real ones look: scripts next to tests, helpers and built code."""
    root = tmp_path / "theirs"
    files = {
        "README.md": "# Ours\n\n- `crash.py` - What happens without a key\n",
        "getting-started/python/ask_once.py": ask(),
        "getting-started/python/crash.py": "import os\nkey = os.environ['THEIR_ORG']\nprint(key, os.environ['DVARA_URL'])\n",
        "getting-started/nodejs/ask-once.mjs": NODE,
        "more/refused.py": ask("Ask for a model that nobody has", ("nobody-has-it",), careful=False),
        "more/tests/test_ask.py": "def test_it(): assert True\n",
        "tools/release.py": "print('releasing')\n",
        "dist/ask.py": ask(),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def files(folder: Path) -> dict[str, bytes]:
    """Return every file below *folder* with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_manifest_for_what_is_there(tool: Tool, repository: Path) -> None:
    """Two languages of one behaviour are one example; what was left out is told; no file but the manifest is new."""
    before = files(repository)
    made = tool("init", cwd=repository)
    assert made.code == 0, made.stderr
    after = files(repository)
    assert after.keys() - before.keys() == {"examples/manifest.yaml", "examples/manifest.schema.json"}
    assert {name: after[name] for name in before} == before
    entries = yaml.safe_load(after["examples/manifest.yaml"])["examples"]
    assert [(e["id"], e["title"], e.get("tags"), list(e["variants"])) for e in entries] == [
        ("ask-once", "Ask once", ["getting-started"], ["node", "python"]),
        ("crash", "What happens without a key", ["getting-started"], ["python"]),
        ("refused", "Ask for a model that nobody has", ["more"], ["python"]),
    ]
    assert entries[0]["variants"] == {
        "node": "../getting-started/nodejs/ask-once.mjs",
        "python": "../getting-started/python/ask_once.py",
    }
    assert "left out  is a test: more/tests/test_ask.py" in made.stdout
    assert "left out  asks no model: tools/release.py" in made.stdout
    assert "4 scripts in 3 new examples; 2 left out\n" in made.stdout
    assert made.stdout.endswith("next: dvara-examples run all\n")


def test_what_is_left_out_beside_examples_is_ignored(tool: Tool, repository: Path) -> None:
    """With the reason, so that no command asks about it; what lies elsewhere is not listed."""
    (repository / "more" / "helper.py").write_text("def help(): pass\n")
    assert tool("init", cwd=repository).code == 0
    text = (repository / "examples" / "manifest.yaml").read_text()
    assert "\nversion: 1\n\nignore:\n  - ../more/helper.py  # asks no model\n\nexamples:\n" in text
    assert "note:" not in tool("list", cwd=repository).stderr


SERVER = """import http.client, json, os, urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

url = urllib.parse.urlsplit(os.environ["DVARA_URL"])
key = {"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"}


class Chat(BaseHTTPRequestHandler):
    def do_POST(self):
        if self.path == "/chat":
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked = http.client.HTTPConnection(url.netloc)
            sent = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": body["message"]}]})
            asked.request("POST", url.path + "/chat/completions", sent, key)
            answer = asked.getresponse().read()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)


ThreadingHTTPServer(("127.0.0.1", PORT), Chat).serve_forever()
"""


def test_a_server_is_asked_as_it_was_guessed(tool: Tool, tmp_path: Path) -> None:
    """`init --run` starts it, asks it, writes down what went over the wire, and the first run is green."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    root = tmp_path / "theirs"
    root.mkdir()
    (root / "chat_server.py").write_text(SERVER.replace("PORT", str(port)), "utf-8")
    made = tool("init", "--run", cwd=root)
    assert made.code == 0, made.stderr
    text = (root / "examples" / "manifest.yaml").read_text()
    (entry,) = yaml.safe_load(text)["examples"]
    assert "# chat_server.py is a server: ready and send were guessed from its text\n" in text
    assert entry["variants"]["python"]["ready"] == port
    assert entry["variants"]["python"]["send"] == [{"path": "/chat", "json": {"message": "Hello"}}]
    assert (entry["expect"]["ends"], entry["expect"]["requests"]) == ("answered", 1)
    assert "exit" not in entry["expect"]
    ran = tool("run", "all", cwd=root)
    assert ran.outcomes == {"chat-server[python]": "passed"}, ran.stdout


def test_the_first_run_is_green_where_it_is_right_and_red_for_a_true_reason(
    tool: Tool, repository: Path, languages: tuple[str, ...]
) -> None:
    """`--run` writes down what was seen of what worked; a crash and a refusal are told, and not expected."""
    if "node" not in languages:
        pytest.skip("no Node.js here")
    made = tool("init", "--run", cwd=repository)
    assert made.code == 0, made.stderr
    text = (repository / "examples" / "manifest.yaml").read_text()
    first, crash, refused = yaml.safe_load(text)["examples"]
    assert first["expect"] == {
        "exit": 0,
        "ends": "answered",
        "finish_reason": "stop",
        "requests": 1,
        "path": "/v1/chat/completions",
        "prints_the_stream": True,
        "stderr": {"equals": ""},
    }
    assert crash["expect"] == {"exit": 0, "requests": {"min": 1}}
    assert "# crash.py: sent no request: KeyError: 'THEIR_ORG'\n" in text
    assert refused["expect"] == {"exit": 0, "requests": {"min": 1}, "ends": "answered"}
    assert (
        "# refused.py: request 1 to /v1/chat/completions ended as http_error (400), and it exited with 0 all the same\n" in text
    )
    ran = tool("run", "all", cwd=repository)
    assert ran.code == 1
    assert ran.outcomes == {
        "ask-once[node]": "passed",
        "ask-once[python]": "passed",
        "crash[python]": "failed",
        "refused[python]": "failed",
    }


def test_a_second_time_only_what_is_new_is_added(tool: Tool, repository: Path) -> None:
    """Comments and odd spacing of the user's stay; a second language joins its example, a new script becomes one."""
    shutil.rmtree(repository / "getting-started" / "nodejs")
    assert tool("init", cwd=repository).code == 0
    manifest = repository / "examples" / "manifest.yaml"
    edited = manifest.read_text().replace("    title: Ask once\n", "    title:   'Mine'  # changed\n")
    manifest.write_text(edited)
    assert tool("init", cwd=repository).stdout.endswith("nothing is new\n")
    assert "dvara-examples run all" in tool("init", "--run", cwd=repository).stdout
    assert manifest.read_text() == edited
    (repository / "getting-started" / "nodejs").mkdir()
    (repository / "getting-started" / "nodejs" / "ask-once.mjs").write_text(NODE)
    (repository / "more" / "another.py").write_text(ask("Another one"))
    added = tool("init", cwd=repository)
    assert added.code == 0, added.stderr
    variant = "      python: ../getting-started/python/ask_once.py\n"
    joined = edited.replace(variant, f"{variant}      node: ../getting-started/nodejs/ask-once.mjs\n")
    text = manifest.read_text()
    assert text.startswith(joined)
    assert [entry["id"] for entry in yaml.safe_load(text)["examples"]] == ["ask-once", "crash", "refused", "another"]


def test_a_folder_below_the_repository(tool: Tool, repository: Path) -> None:
    """Only the folder is looked through; the manifest is the repository's."""
    (repository / ".git").mkdir()
    told = tool("init", "../../more", cwd=repository / "getting-started" / "python")
    assert told.code == 0, told.stderr
    text = (repository / "examples" / "manifest.yaml").read_text()
    assert [entry["variants"] for entry in yaml.safe_load(text)["examples"]] == [{"python": "../more/refused.py"}]
    assert told.stdout.endswith("next: dvara-examples run all\n")


def test_a_folder_named_from_the_top_of_the_repository(tool: Tool, repository: Path) -> None:
    """It is found from a folder below, too; what is nowhere, or is a file, is one sentence, and nothing is written."""
    (repository / ".git").mkdir()
    below = repository / "getting-started" / "python"
    for named, sentence in (("nowhere", "expected a folder, found nothing at 'nowhere'"), ("crash.py", "'crash.py' is a file")):
        told = tool("init", named, cwd=below)
        assert (told.code, sentence in told.stderr) == (2, True), told.stderr
    assert not (repository / "examples").exists()
    told = tool("init", "more", cwd=below)
    assert "refused[python]" in told.stdout or "refused  python" in told.stdout, told.stdout + told.stderr


def test_where_there_is_nothing_to_run(tool: Tool, tmp_path: Path) -> None:
    """A folder without scripts is exit 4, and nothing is written."""
    (tmp_path / "empty").mkdir()
    ran = tool("init", cwd=tmp_path / "empty")
    assert ran.code == 4
    assert "found no script in" in ran.stderr
    assert list((tmp_path / "empty").iterdir()) == []


def test_packages_that_nothing_declares(tool: Tool, tmp_path: Path) -> None:
    """They are guessed from the imports, unless a list lies next to the script or above it; sibling modules are none."""
    files = {
        "free/ask.py": "import os\nimport helper\nimport yaml\nfrom openai import OpenAI\nprint(OpenAI().models.list())\n",
        "free/helper.py": "",
        "free/ask.mjs": "import fs from 'fs';\nimport OpenAI from 'openai/index';\nawait new OpenAI().models.list();\n",
        "bound/requirements.txt": "openai\n",
        "own/pyproject.toml": "[project]\nname = 'own'\n",
        "own/src/own/__init__.py": "",
        "own/examples/third.py": "import own, openai, rich\nprint(openai.OpenAI().models.list())\n",
        "bound/other.py": "from openai import OpenAI\nprint(OpenAI().models.list())\n",
    }
    for name, text in files.items():
        (tmp_path / "theirs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "theirs" / name).write_text(text)
    assert tool("init", cwd=tmp_path / "theirs").code == 0
    entries = yaml.safe_load((tmp_path / "theirs" / "examples" / "manifest.yaml").read_text())["examples"]
    assert {entry["id"]: entry.get("packages") for entry in entries} == {
        "ask": {"python": ["pyyaml", "openai"], "node": ["openai"]},
        "other": None,
        "third": {"python": ["../own", "openai", "rich"]},
    }


def test_a_dry_run_writes_nothing(tool: Tool, repository: Path) -> None:
    """It tells the same, and what it would write."""
    before = files(repository)
    told = tool("init", "--dry-run", cwd=repository)
    assert told.code == 0
    assert told.stdout.endswith("would write examples/manifest.yaml\n")
    assert files(repository) == before


def test_a_manifest_that_is_wrong_is_left_alone(tool: Tool, repository: Path) -> None:
    """Its own problem is told, with its line."""
    (repository / "examples").mkdir()
    manifest = repository / "examples" / "manifest.yaml"
    manifest.write_text("version: 1\nexamples:\n  - id: a\n")
    ran = tool("init", cwd=repository)
    assert ran.code == 2
    assert "examples/manifest.yaml:3:" in ran.stderr
    assert manifest.read_text() == "version: 1\nexamples:\n  - id: a\n"
