"""A language is one file: POSIX shell, from a folder outside the package, is run, scaffolded, printed and reported."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.integration.conftest import Tool

LANGUAGES = Path(__file__).resolve().parents[1] / "data" / "languages"
ENV = {"DVARA_EXAMPLES_LANGUAGES": str(LANGUAGES)}
PAGE = """\
# Ask from a shell

<!-- placeholders: "https://gateway.example/v1" = DVARA_URL, "your-key" = DVARA_API_KEY -->
<!-- run-as: shell-idea -->

```sh
url="https://gateway.example/v1/chat/completions"
curl -sSNf "$url" -H 'Authorization: Bearer your-key' -H "Content-Type: application/json" \\
  -d '{"model": "gpt-4o", "stream": true, "messages": [{"role": "user", "content": "Hi"}]}' |
  while IFS= read -r line; do
    case $line in *'"content":"'*) text=${line#*'"content":"'}; printf '%s' "${text%%'"'*}" ;; esac
  done
```
"""
BODY = '{"model": "gpt-4o", "stream": true, "messages": [{"role": "user", "content": "Hi"}]}'
ASK_IN_SHELL = f"""\
#!/bin/sh
# Ask for a stream.
curl -sSNf "$THEIR_GATEWAY_URL/chat/completions" -H "Authorization: Bearer $THEIR_KEY" -H "Content-Type: application/json" \\
  -d '{BODY}'
"""
ASK_IN_PYTHON = f"""\
# Ask for a stream.
import os, urllib.request
headers = {{"Authorization": "Bearer " + os.environ["THEIR_KEY"], "Content-Type": "application/json"}}
body = {BODY!r}.encode()
answer = urllib.request.urlopen(urllib.request.Request(os.environ["THEIR_GATEWAY_URL"] + "/chat/completions", body, headers))
print(answer.read().decode())
"""

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on PATH")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return an empty repository."""
    folder = tmp_path / "own"
    (folder / ".git").mkdir(parents=True)
    return folder


@needs_curl
def test_a_language_is_one_file(tool: Tool, own: Path) -> None:
    """``new`` writes a shell script, ``run`` judges it, a page that prints one is run, and the reports name the language."""
    made = tool("new", "shell-idea", "-l", "shell", cwd=own, env=ENV)
    assert made.code == 0, made.stdout + made.stderr
    assert (own / "examples/shell/shell-idea.sh").is_file()
    reports = [word for kind in ("json", "html") for word in ("--report", f"{kind}={own}/report.{kind}")]
    ran = tool("run", "all", *reports, cwd=own, env=ENV)
    assert ran.code == 0, ran.stdout + ran.stderr
    results = json.loads((own / "report.json").read_text())["results"]
    assert [(run["id"], run["outcome"]) for run in results] == [("shell-idea[shell]", "passed")]
    assert "shell-idea" in (own / "report.html").read_text()
    (own / "page.md").write_text(PAGE)
    printed = tool("docs", "run", "page.md", cwd=own, env=ENV)
    assert printed.code == 0, printed.stdout + printed.stderr
    assert "shell-idea[shell]" in printed.stdout
    (own / "table.md").write_text("<!-- examples: table -->\n<!-- /examples -->\n")
    tool("docs", "sync", "table.md", cwd=own, env=ENV)
    assert "| POSIX shell |" in (own / "table.md").read_text()


@needs_curl
def test_init_finds_scripts_in_the_language(tool: Tool, own: Path) -> None:
    """``init --run`` groups a shell script with the Python script that does the same, and finds the variables of both."""
    for name, text in (("ask/shell/ask-stream.sh", ASK_IN_SHELL), ("ask/python/ask_stream.py", ASK_IN_PYTHON)):
        (own / name).parent.mkdir(parents=True)
        (own / name).write_text(text)
    made = tool("init", "--run", cwd=own, env=ENV)
    assert made.code == 0, made.stdout + made.stderr
    (example,) = yaml.safe_load((own / "examples/manifest.yaml").read_text())["examples"]
    assert (example["id"], example["title"], example["tags"]) == ("ask-stream", "Ask for a stream", ["ask"])
    assert example["endpoint"] == {"url": ["THEIR_GATEWAY_URL"], "key": ["THEIR_KEY"]}
    assert example["variants"] == {"python": "../ask/python/ask_stream.py", "shell": "../ask/shell/ask-stream.sh"}
    assert example["expect"]["ends"] == "done"
    ran = tool("run", "all", cwd=own, env=ENV)
    assert ran.code == 0, ran.stdout + ran.stderr


def test_without_the_folder_the_language_is_unknown(tool: Tool, own: Path) -> None:
    """Nothing of it is left where the variable is not set."""
    made = tool("new", "shell-idea", "-l", "shell", cwd=own)
    assert made.code == 2
    assert "shell" in made.stderr
