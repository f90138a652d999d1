"""Examples through gateways that the command starts itself, as a user types it."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateways.relays import RELAY
from tests.integration.conftest import Tool


@pytest.fixture
def description(tmp_path: Path) -> Callable[[str], str]:
    """Return a function that describes a relay in a file and returns the word for ``--gateway``."""

    def write(mode: str) -> str:
        config = {"url": "{provider_url}", "provider_key": "{provider_key}", "key": "{key}"}
        value = {
            "title": "a relay",
            "argv": [sys.executable, str(RELAY), mode, "{host}", "{port}"],
            "files": {"config.json": json.dumps(config)},
            "ready": {"path": "/ready"},
            "mark": "model",
        }
        path = tmp_path / "relay.yaml"
        path.write_text(json.dumps(value), "utf-8")  # JSON is YAML
        return f"command:{path}"

    return write


def test_scripted_examples_run_through_it(tool: Tool, description: Callable[[str], str]) -> None:
    """What needs scripted answers runs too, side by side, and each run gets its own; the log lies in the run folder."""
    ran = tool("run", "chat-basic", "stream-basic", "stream-json-schema", "-l", "python", "--gateway", description("honest"))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert set(ran.outcomes.values()) == {"passed"}
    assert "gateway a relay (command)" in ran.stdout
    log = (ran.run_folder / "gateway.log").read_text("utf-8")
    assert log.count("POST /v1/chat/completions") == 4  # one of them before the first run


def test_what_was_finished_stays_where_the_gateway_dies(tool: Tool, description: Callable[[str], str]) -> None:
    """The run before keeps its result; those during and after are errors of the gateway, not of the examples."""
    selected = ("chat-basic", "stream-basic", "stream-robust")
    ran = tool("run", *selected, "-l", "python", "-j", "1", "--gateway", description("dying"))
    assert ran.code == 3, ran.stdout + ran.stderr
    assert list(ran.outcomes.values()) == ["passed", "errored", "errored"]
    assert "a relay ended with exit status 7" in ran.reasons["stream-basic[python]"]


def test_a_gateway_of_the_manifest_is_checked(tool: Tool, tmp_path: Path, description: Callable[[str], str]) -> None:
    """`check-gateway` starts what the manifest describes, by its name, and writes every kind of report."""
    described = json.loads(Path(description("honest").partition(":")[2]).read_text("utf-8"))
    manifest = tmp_path / "manifest.yaml"
    (tmp_path / "hello.py").write_text("print('hello')\n", "utf-8")
    example = {"id": "hello", "title": "Hello", "variants": {"python": "hello.py"}, "expect": {"exit": 0}}
    manifest.write_text(json.dumps({"version": 1, "examples": [example], "gateways": {"mine": described}}), "utf-8")
    reports = [f"{kind}={tmp_path / kind}" for kind in ("github", "html", "json", "junit", "markdown")]
    asked = ["--manifest", str(manifest), "--gateway", "command:mine", "--case", "whole"]
    ran = tool("check-gateway", *asked, *(word for each in reports for word in ("--report", each)))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert ran.stdout == "passed on    whole  a whole answer: done\n\n1 passed on\n"
    assert json.loads((tmp_path / "json").read_text("utf-8"))["cases"][0]["client"]["ending"] == "done"
    assert "command:mine" in (tmp_path / "html").read_text("utf-8")


def test_a_gateway_that_cannot_be_started_is_one_sentence_and_a_hint(tool: Tool) -> None:
    """A missing program ends with 3, before anything runs."""
    ran = tool("run", "chat-basic", "--gateway", "command:litellm", env={"PATH": "/nowhere"})
    assert ran.code == 3
    assert ran.stderr == (
        "error: LiteLLM proxy needs the program litellm, which was not found on PATH\n"
        "hint: install it: python -m pip install 'litellm[proxy]'\n"
    )


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("comand", "expected auto, embedded, url, command[:NAME] or docker[:NAME], found 'comand'"),
        ("command:", "expected auto, embedded, url, command[:NAME] or docker[:NAME], found 'command:'"),
        ("url:x", "expected auto, embedded, url, command[:NAME] or docker[:NAME], found 'url:x'"),
    ],
)
def test_a_kind_that_is_none_is_a_matter_of_usage(tool: Tool, asked: str, told: str) -> None:
    """Exit code 2 and what is accepted."""
    ran = tool("run", "chat-basic", "--gateway", asked)
    assert ran.code == 2
    assert told in " ".join(ran.stderr.split())


def test_an_engine_that_is_not_there_is_one_sentence_and_a_hint(tool: Tool) -> None:
    """Without an engine `--gateway docker` ends with 3."""
    ran = tool("run", "chat-basic", "--gateway", "docker", env={"DOCKER_HOST": "unix:///nowhere/docker.sock"})
    assert ran.code == 3
    assert ran.stderr == (
        "error: no container engine answers at unix:///nowhere/docker.sock\n"
        "hint: start Docker, or set DOCKER_HOST to the address of an engine that runs\n"
    )


def test_other_variables_do_not_reach_it(tool: Tool, description: Callable[[str], str]) -> None:
    """A key in the user's environment is not the gateway's business: `doctor` goes through one that never sees it."""
    ran = tool("doctor", "--gateway", description("honest"), env={"OPENAI_API_KEY": "sk-own", "PATH": os.environ["PATH"]})
    assert "a relay (command): answers" in ran.stdout
    assert "sk-own" not in ran.stdout + ran.stderr
