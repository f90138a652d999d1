"""``docs run`` on a page without comments, in a folder without a manifest."""

import shutil
from pathlib import Path

import pytest

from tests.integration.conftest import Tool

PAGE = """# Guide

```python
import http.client, json, os, urllib.parse

BASE = "http://localhost:8080/v1"
KEY = "<your-dvara-api-key>"
```

Then:

```python
where = urllib.parse.urlsplit(BASE)
asked = http.client.HTTPConnection(where.netloc)
body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
head = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
asked.request("POST", where.path + "/chat/completions", json.dumps(body), head)
print(json.load(asked.getresponse())["choices"][0]["message"]["content"])
```
"""
CURL = """
```bash
curl -sS https://your-gateway.example.com/v1/chat/completions \\
  -H "Authorization: Bearer $OPENAI_API_KEY" -H 'Content-Type: application/json' \\
  -d '{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}'
```
"""


def test_a_page_of_somebody_is_tried(tool: Tool, tmp_path: Path) -> None:
    """Fences are joined, placeholders filled, and every guess is told; the verdict carries the page's line."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    with_curl = shutil.which("curl") is not None
    (folder / "guide.md").write_text(PAGE + (CURL if with_curl else ""))
    ran = tool("docs", "run", "guide.md", cwd=folder)
    assert ran.code == 0, ran.stdout + ran.stderr
    assert ran.stdout.split(" · ")[1] == "no manifest"
    assert "guide.md:3[python]" in ran.outcomes
    assert ("guide.md:22#curl[python]" in ran.outcomes) == with_curl
    for guess in (
        "guess  guide.md:3  the fences on the lines 3, 12 continue one another",
        'guess  guide.md:6  "http://localhost:8080/v1" stands for DVARA_URL',
        'guess  guide.md:7  "<your-dvara-api-key>" stands for DVARA_API_KEY',
    ):
        assert guess in ran.stderr.splitlines()


def test_a_key_that_looks_like_none_is_taken_for_one(tool: Tool, tmp_path: Path) -> None:
    """Pages write "-", "dummy" or "EMPTY" for a key; that is no fault of theirs, and is told as a guess."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "guide.md").write_text(PAGE.replace("<your-dvara-api-key>", "-"))
    ran = tool("docs", "run", "guide.md", cwd=tmp_path / "theirs")
    assert ran.code == 0, ran.stdout + ran.stderr
    assert "guess  guide.md:1  any key in the code is accepted as the key of the run" in ran.stderr.splitlines()


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("# Nothing\n", 4, "nothing to run: no fence of these pages asks a model"),
        ("<!-- example: hello -->\n```python\nprint(1)\n```\n", 2, "guide.md names examples, but there is no manifest"),
    ],
)
def test_a_page_that_cannot_be_tried(tool: Tool, tmp_path: Path, text: str, code: int, said: str) -> None:
    """One sentence; nothing is run or written."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "guide.md").write_text(text)
    ran = tool("docs", "run", "guide.md", cwd=tmp_path / "theirs")
    assert (ran.code, ran.stdout) == (code, "")
    assert said in ran.stderr
    assert [path.name for path in (tmp_path / "theirs").iterdir()] == ["guide.md"]


def test_a_machine_without_curl_blames_no_command(tool: Tool, tmp_path: Path) -> None:
    """What cannot be started for want of a program is left out with that reason."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "guide.md").write_text(CURL)
    ran = tool("docs", "run", "guide.md", cwd=tmp_path / "theirs", env={"PATH": "/nowhere"})
    assert (ran.code, ran.stdout) == (4, "")
    assert "left out  guide.md:3  needs curl, which is not on PATH" in ran.stderr.splitlines()


def test_packages_of_a_page_that_nobody_has(tool: Tool, tmp_path: Path) -> None:
    """They are named in one sentence, no fence is called failed, and the exit code is 3."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "pip.conf").write_text("[global]\nno-index = true\n")
    (tmp_path / "theirs" / "guide.md").write_text("```bash\npip install greeting==9\n```\n\n" + PAGE)
    ran = tool("docs", "run", "guide.md", cwd=tmp_path / "theirs")
    assert ran.code == 3, ran.stdout + ran.stderr
    assert set(ran.outcomes.values()) == {"errored"}
    assert "the packages greeting==9 could not be installed" in " ".join(ran.stdout.split())
