"""Every shipped example, in every language, against gateways that are really there."""

import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dvara_examples.core.clock import SystemClock
from dvara_examples.embedded_gateway.server import EmbeddedServer
from tests.integration.conftest import COMMAND, REPOSITORY, Tool, clean_environment

pytestmark = pytest.mark.slow

EXAMPLES = (
    "chat-basic",
    "stream-basic",
    "stream-content-filter",
    "stream-json-partial",
    "stream-json-schema",
    "stream-reconnect",
    "stream-tools",
    "stream-usage",
    "stream-cancel",
    "responses-stream",
    "messages-stream",
    "embeddings",
    "list-models",
    "multi-provider",
    "stream-robust",
)
SCRIPTED = frozenset(EXAMPLES[EXAMPLES.index("stream-reconnect") : EXAMPLES.index("stream-robust")]) - {
    *("stream-usage", "responses-stream", "messages-stream", "embeddings", "list-models", "multi-provider"),
}
"""What needs answers that the manifest dictates."""
LANGUAGES = ("java", "node", "python")
JAVA_ALONE = "stream-wire[java]"


def test_all_of_them_pass_on_the_embedded_gateway(tool: Tool, languages: tuple[str, ...]) -> None:
    """Every behaviour passes in every language that is here, none is skipped, and judging the stored run says the same."""
    ran = tool("run", "all")
    assert ran.code == 0, ran.stdout + ran.stderr
    assert ran.outcomes.keys() == _variants(LANGUAGES)
    assert {variant for variant, outcome in ran.outcomes.items() if outcome == "passed"} == _variants(languages)
    passed = len(_variants(languages))
    total = len(_variants(LANGUAGES))
    told = f"{total} runs: {passed} passed, 0 failed, 0 errored, {total - passed} skipped"
    assert told in ran.stdout
    judged = tool("judge", "latest")
    assert judged.code == 0
    assert told in judged.stdout
    assert _result_lines(judged.stdout) == _result_lines(ran.stdout)


def _variants(languages: Iterable[str]) -> set[str]:
    everywhere = {f"{example}[{language}]" for example in EXAMPLES for language in languages}
    return everywhere | ({JAVA_ALONE} if "java" in languages else set())


def _result_lines(report: str) -> list[list[str]]:
    """Return outcome and id of each line that tells a result, in order."""
    words = [line.split() for line in report.splitlines()]
    return [line[:2] for line in words if line and line[0] in ("passed", "FAILED", "ERRORED", "skipped")]


def test_a_gateway_in_another_process_serves_them_and_its_key_is_nowhere(
    tool: Tool, tmp_path: Path, languages: tuple[str, ...]
) -> None:
    """Against `dvara-examples gateway` all that it can be asked passes, and the real key is in nothing written or printed."""
    key = "gw_" + "5ec2e7" * 6 + "0123"
    with _gateway_process(key, tmp_path) as url:
        ran = tool("run", "all", "--verbose", env={"DVARA_URL": url, "DVARA_API_KEY": key})
    assert ran.code == 0, ran.stdout + ran.stderr
    unscripted = {f"{example}[{language}]" for example in SCRIPTED for language in LANGUAGES}
    assert all("scripted" in ran.reasons[variant] for variant in unscripted)
    assert {variant for variant, outcome in ran.outcomes.items() if outcome == "passed"} == _variants(languages) - unscripted
    assert key not in ran.stdout + ran.stderr
    written = [path for path in ran.state.rglob("*") if path.is_file()]
    assert len(written) > 5 * len(languages)
    assert [path for path in written if key.encode() in path.read_bytes()] == []


@contextmanager
def _gateway_process(key: str, folder: Path) -> Iterator[str]:
    """Start the command's own gateway on a free port and yield its base URL."""
    with (folder / "gateway.log").open("wb") as log:
        process = subprocess.Popen(
            [COMMAND, "gateway", "--port", "0", "--key", key],
            env=clean_environment(PYTHONUNBUFFERED="1"),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert process.stdout is not None
            yield next(found.group() for line in process.stdout if (found := re.search(r"http://\S+/v1", line)))
        finally:
            process.terminate()
            process.communicate(timeout=20)


def test_url_forms_lead_to_the_same_gateway(tool: Tool) -> None:
    """With or without `/v1`, with or without a trailing slash: the same gateway, the same outcome."""
    with EmbeddedServer(default_key="gw_key_of_the_gateway_itself", clock=SystemClock()) as gateway:
        root = gateway.base_url.removesuffix("/v1")
        for url in (root, f"{root}/", f"{root}/v1", f"{root}/v1/"):
            ran = tool("run", "chat-basic[python]", env={"DVARA_URL": url, "DVARA_API_KEY": "gw_key_of_the_gateway_itself"})
            assert ran.code == 0, f"{url}: {ran.stdout}{ran.stderr}"


def test_another_model_can_be_asked_for(tool: Tool) -> None:
    """DVARA_MODEL reaches the example, and an unknown model fails with the gateway's own words."""
    ran = tool("run", "chat-basic[python]", env={"DVARA_MODEL": "no-such-model"})
    assert ran.code == 1
    assert "no_provider" in ran.stdout
    assert tool("run", "chat-basic[python]", env={"DVARA_MODEL": "claude-sonnet-4-5"}).code == 0


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"DVARA_URL": "http://127.0.0.1:9/v1", "DVARA_API_KEY": "gw_secret_key"}, "127.0.0.1:9"),
        ({"DVARA_URL": "http://127.0.0.1:9/v1"}, "DVARA_API_KEY"),
        ({"DVARA_URL": "ftp://127.0.0.1/v1", "DVARA_API_KEY": "gw_secret_key"}, "http"),
    ],
)
def test_a_gateway_that_cannot_be_used_is_one_sentence(tool: Tool, env: dict[str, str], told: str) -> None:
    """Exit 3, one line that names the mend, no traceback and no key."""
    ran = tool("run", "chat-basic[python]", env=env)
    assert ran.code == 3
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "gw_secret_key" not in ran.stdout + ran.stderr


def test_a_wrong_key_is_told_as_such(tool: Tool) -> None:
    """A gateway that refuses the key is named as refusing the key."""
    with EmbeddedServer(default_key="gw_right_key_right_key", clock=SystemClock()) as gateway:
        ran = tool("run", "chat-basic[python]", env={"DVARA_URL": gateway.base_url, "DVARA_API_KEY": "gw_wrong_key_wrong_key"})
    assert ran.code == 3
    assert "key" in ran.stderr
    assert "gw_wrong_key_wrong_key" not in ran.stdout + ran.stderr


def _path_without(command: str) -> str:
    """Return PATH without the folders that hold *command*; what else those hold stays reachable where it is elsewhere too."""
    return os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if not Path(p, command).exists())


def test_node_is_provided_where_none_is_installed(tool: Tool) -> None:
    """With Node hidden from PATH the Node examples pass on a provided runtime."""
    ran = tool("run", "all", "-l", "node", env={"PATH": _path_without("node")})
    assert ran.code == 0, ran.stdout + ran.stderr
    assert list(ran.outcomes.values()) == ["passed"] * len(EXAMPLES)
    first = next(ran.run_folder.glob("chat-basic.node.jsonl")).read_text("utf-8").splitlines()[0]
    assert "node" in json.loads(first)["run"]["versions"]


def _no_jdk() -> dict[str, str]:
    return {"PATH": _path_without("javac"), "JAVA_HOME": "", "DVARA_EXAMPLES_JDK_FOLDERS": "", "HOME": "/nonexistent"}


def test_without_a_jdk_java_is_skipped_at_a_desk_and_an_error_on_ci(tool: Tool) -> None:
    """One clear line says what to install; `--missing-toolchain error`, and CI, make it exit 3."""
    at_desk = tool("run", "chat-basic", env=_no_jdk())
    assert at_desk.code == 0, at_desk.stdout + at_desk.stderr
    assert at_desk.outcomes == {"chat-basic[python]": "passed", "chat-basic[node]": "passed", "chat-basic[java]": "skipped"}
    assert "JDK 21" in at_desk.reasons["chat-basic[java]"]
    assert "install" in at_desk.reasons["chat-basic[java]"]
    for arguments, on_ci in ((("--missing-toolchain", "error"), {}), ((), {"CI": "true"})):
        ran = tool("run", "chat-basic", *arguments, env={**_no_jdk(), **on_ci})
        assert ran.code == 3
        assert ran.outcomes["chat-basic[java]"] == "errored"


def test_a_run_from_a_folder_below_and_by_file(tool: Tool) -> None:
    """Every command works from inside the repository, and a script's path selects its variant."""
    ran = tool("run", "chat_basic.py", cwd=REPOSITORY / "examples" / "python")
    assert ran.code == 0, ran.stdout + ran.stderr
    assert list(ran.outcomes) == ["chat-basic[python]"]
