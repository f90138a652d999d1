"""Parity, from the manifest to the exit code."""

import json
from pathlib import Path

import pytest

from tests.integration.conftest import Tool

ASK = """
import os, urllib.request
headers = {"Authorization": "Bearer " + os.environ["DVARA_API_KEY"], "Content-Type": "application/json"}
body = b'{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}'
answer = urllib.request.urlopen(urllib.request.Request(os.environ["DVARA_URL"] + "/chat/completions", body, headers))
answer.read()
print(answer.status)
"""
SILENT = """
const headers = {Authorization: `Bearer ${process.env.DVARA_API_KEY}`, "Content-Type": "application/json"};
const body = JSON.stringify({model: "gpt-4o", messages: [{role: "user", content: "Hello"}]});
await (await fetch(`${process.env.DVARA_URL}/chat/completions`, {method: "POST", headers, body})).text();
"""


def manifest(folder: Path, node: object) -> str:
    """Write an example whose expectations do not say whether anything is printed, and return its manifest's path."""
    folder.mkdir()
    (folder / "ask.py").write_text(ASK, "utf-8")
    (folder / "ask.mjs").write_text(SILENT, "utf-8")
    example = {
        "id": "ask",
        "title": "Asks",
        "needs": ["scripted"],
        "answers": [{"text": "Hello"}],
        "expect": {"exit": 0, "requests": 1},
        "variants": {"python": "ask.py", "node": node},
    }
    (folder / "manifest.yaml").write_text(json.dumps({"version": 1, "examples": [example]}), "utf-8")  # JSON is YAML
    return str(folder / "manifest.yaml")


def test_languages_that_differ_fail_the_session_live_and_stored(tool: Tool, tmp_path: Path, languages: tuple[str, ...]) -> None:
    """Both runs pass, the summary says in what they differ, the exit code is 1, and the stored run is judged the same."""
    if "node" not in languages:
        pytest.skip("no Node.js here")
    ran = tool("run", "all", "--manifest", manifest(tmp_path / "project", "ask.mjs"))
    assert ran.outcomes == {"ask[python]": "passed", "ask[node]": "passed"}
    told = "parity  ask: python printed text, node printed nothing"
    assert told in ran.stdout
    assert ran.code == 1
    again = tool("judge", str(ran.run_folder))
    assert (again.code, told in again.stdout) == (1, True)


def test_a_difference_with_a_reason_is_none(tool: Tool, tmp_path: Path, languages: tuple[str, ...]) -> None:
    """A variant that overrides what it differs in, with a reason, does not break parity, live or stored."""
    if "node" not in languages:
        pytest.skip("no Node.js here")
    node = {"file": "ask.mjs", "expect": {"stdout": {"equals": ""}}, "because": "it has nothing to say"}
    ran = tool("run", "all", "--manifest", manifest(tmp_path / "project", node))
    assert (ran.code, "parity" in ran.stdout) == (0, False), ran.stdout + ran.stderr
    assert tool("judge", str(ran.run_folder)).code == 0
