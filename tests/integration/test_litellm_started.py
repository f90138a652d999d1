"""LiteLLM's proxy started by this tool, as a program and from an image, with the scripted provider behind it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dvara_examples.gateways._find import _shipped
from tests.gateways.images import build_program_image, engine_or_skip
from tests.integration.conftest import REPOSITORY, Tool
from tests.integration.test_foreign_gateway import _install

pytestmark = [
    pytest.mark.usefixtures("engine_sockets_collected"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),  # the SDK leaves refused connections to the collector
]
IMAGE = "dvara-examples-test/litellm:1"
RUN_IT = "import sys; sys.argv[0] = 'litellm'; from litellm import run_server; run_server()"


@pytest.fixture(scope="module")
def folder() -> Path:
    """Return the folder of programs of an environment that holds the pinned LiteLLM."""
    return _install().interpreter.parent


def test_scripted_cases_run_through_it(tool: Tool, folder: Path) -> None:
    """Answers find their runs side by side by the model's name, and what its description says it cannot do is skipped."""
    selected = (
        *("chat-basic", "stream-basic", "stream-json-schema", "stream-json-partial", "stream-reconnect", "stream-robust"),
        *("conform-r02-bad-request", "conform-r04-too-many-requests"),
    )
    environ = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    ran = tool("run", *selected, "-l", "python", "--gateway", "command:litellm", env=environ, timeout_s=500)
    assert ran.code == 0, ran.stdout + ran.stderr
    assert "gateway LiteLLM proxy (command) ·" in ran.stdout
    outcomes = list(ran.outcomes.values())
    assert set(outcomes) == {"passed", "skipped"}
    assert outcomes.count("passed") == 7
    skipped = {variant: reason for variant, reason in ran.reasons.items() if ran.outcomes[variant] == "skipped"}
    assert "it turns a cut from the provider into an error event" in skipped["stream-reconnect[python]"]
    assert (ran.run_folder / "gateway.log").stat().st_size > 0


@pytest.fixture
def described(folder: Path, tmp_path: Path) -> Iterator[Path]:
    """Yield the file of LiteLLM's description with an image made of the installed program, or skip without an engine."""
    with engine_or_skip(300) as (_, client):
        (packages,) = folder.parent.glob("lib/python3.*/site-packages")
        build_program_image(client, IMAGE, packages, RUN_IT, tmp_path)
        shipped = REPOSITORY / "runner" / "dvara_examples" / "gateways" / "known" / "litellm.yaml"
        text = shipped.read_text("utf-8").replace(_shipped("litellm").image, IMAGE)
        path = tmp_path / "mine.yaml"
        path.write_text(text, "utf-8")
        yield path
        client.images.remove(IMAGE)


def test_examples_run_through_its_image(tool: Tool, described: Path) -> None:
    """The same description starts it in a container, which reaches the scripted provider."""
    selected = ("chat-basic", "stream-basic")
    environ = {"DOCKER_HOST": os.environ.get("DOCKER_HOST", "")}
    ran = tool("run", *selected, "-l", "python", "--gateway", f"docker:{described}", env=environ, timeout_s=500)
    assert ran.code == 0, ran.stdout + ran.stderr
    assert "gateway LiteLLM proxy (docker) ·" in ran.stdout
    assert set(ran.outcomes.values()) == {"passed"}
