"""The shipped examples against a gateway of other people: LiteLLM's proxy, as its users install and start it."""

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from dvara_examples.cli._world import build_world
from dvara_examples.core.clock import SystemClock
from dvara_examples.embedded_gateway.answers import parse_answer
from dvara_examples.embedded_gateway.server import EmbeddedServer
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange
from dvara_examples.records.transcript_file import read_transcript
from dvara_examples.toolchains import Runtime
from dvara_examples.toolchains.python import PreparedPython, Python
from tests.integration.conftest import REPOSITORY, Ran, Tool

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # the first time, half a gigabyte has to be fetched

LOCKED = REPOSITORY / "tests" / "data" / "foreign_gateway"
KEY = "sk-" + "f0e19" * 8
"""The key that the foreign gateway accepts; it has nothing of the shape of DVARA's own."""
PERSON = {
    "name": "John Ødegård",
    "age": 30,
    "city": "Zürich",
    "job": "engineer of bridges and balloons 🎈",
    "hobby": "chess by post",
    "motto": "first things first, and one thing at a time END",
}
ANSWER = {"json": PERSON, "role_first": True, "sse_space": True, "piece_delay_s": 0.05}
"""What the provider says to every request, as these come in any order; a document suits those who want text, too."""
TEXT = {"text": "An LLM gateway sits between your application and the models.", "role_first": True, "sse_space": True}
"""What it says by its other models, of which nobody wants a document."""

SHORT_MODEL = "short"
SHORT_ANSWER = {"json": {**PERSON, "job": "cook", "motto": "first things first END"}, "role_first": True, "sse_space": True}
"""The same for the conformance runs, in which each event may come late on purpose."""

SERVED = ("chat-basic", "stream-basic", "stream-json-partial", "stream-json-schema", "stream-usage", "stream-robust")
JAVA_ALONE = "stream-wire"
OTHER_ENDPOINTS = ("responses-stream", "messages-stream", "embeddings", "list-models", "multi-provider")
"""What it serves on endpoints that are not chat, or by more than one request."""
EMBEDDINGS = "text-embedding-3-small"
MESSAGES_MODEL = "claude-sonnet-5"
MODELS = (MESSAGES_MODEL, "claude-sonnet-4-5", "gemini-2.5-flash", EMBEDDINGS)
"""The other models that the examples ask for."""
NEEDS = {
    "stream-content-filter": "governance",
    **dict.fromkeys(("stream-reconnect", "stream-tools", "stream-cancel"), "scripted"),
}
START_LIMIT_S = 180.0
STOP_LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class ForeignGateway:
    """A gateway that is up: *url* without ``/v1``, and the *version* that its answers carry."""

    url: str
    version: str


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignGateway]:
    """Start LiteLLM's proxy with the stand-in as its provider, without a database, and end both after the tests."""
    installed = _install()
    folder = tmp_path_factory.mktemp("litellm")
    with EmbeddedServer(clock=SystemClock()) as provider:
        answers = {"gpt-4o": ANSWER, SHORT_MODEL: SHORT_ANSWER, **dict.fromkeys(MODELS, TEXT)}
        keys = {model: provider.add_key([parse_answer(answer)]) for model, answer in answers.items()}
        _configure(folder, provider.base_url, keys)
        with _proxy(installed.interpreter.with_name("litellm"), folder) as url:
            _warm_up(url)
            yield ForeignGateway(url, installed.versions["litellm"])


def _install() -> PreparedPython:
    """Return the pinned environment in the user's cache, from where it needs no network the next time."""
    world = build_world(REPOSITORY / "examples" / "manifest.yaml")
    runtime = Python().probe(world)
    assert isinstance(runtime, Runtime), runtime
    prepared = Python().prepare(runtime, LOCKED, world, progress=lambda _: None)
    assert isinstance(prepared, PreparedPython)
    return prepared


def _configure(folder: Path, provider_url: str, provider_keys: Mapping[str, str]) -> None:
    """Write the proxy's configuration: each model routed to the provider with its key, and nothing told to anybody else."""
    routes = [{"model_name": name, "litellm_params": _route(name, provider_url, key)} for name, key in provider_keys.items()]
    settings = {"model_list": routes, "litellm_settings": {"telemetry": False}}
    (folder / "config.yaml").write_text(json.dumps(settings), "utf-8")  # JSON is YAML


def _route(model: str, provider_url: str, key: str) -> dict[str, object]:
    """Return how *model* is asked for: Claude by Anthropic's protocol, as LiteLLM turns a message to OpenAI into a response."""
    if model == MESSAGES_MODEL:
        return {"model": f"anthropic/{model}", "api_base": provider_url.removesuffix("/v1"), "api_key": key}
    return {"model": f"openai/{model if model == EMBEDDINGS else 'gpt-4o'}", "api_base": provider_url, "api_key": key}


@contextmanager
def _proxy(command: Path, folder: Path) -> Iterator[str]:
    """Run the proxy in *folder* on a free port, with nothing of this machine's settings, and yield its address."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LITELLM_MASTER_KEY": KEY,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # the list of prices that came with it, not today's from the network
        "PYTHONUNBUFFERED": "1",
    }
    argv = [str(command), "--config", "config.yaml", "--host", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(
        argv, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            yield _address(process)
        finally:
            process.terminate()
            try:
                process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(process: subprocess.Popen[bytes]) -> str:
    """Wait for the line in which the proxy says where it listens; what it says later is read, too, lest it block."""
    said: list[str] = []
    news = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.decode(errors="replace"))
            if "running on" in said[-1]:
                news.set()
        news.set()  # its end is news, too

    threading.Thread(target=read, name="litellm-log", daemon=True).start()
    news.wait(START_LIMIT_S)
    found = re.search(r"running on (http://\S+)", "".join(said))
    assert found, "".join(said)
    return found[1]


def _warm_up(url: str) -> None:
    """Ask each endpoint once: the proxy imports half of itself for its first request, and would pass on answers at once."""
    headers = {"Authorization": f"Bearer {KEY}"}
    said: dict[str, object] = {"messages": [{"role": "user", "content": "Hello"}], "stream": True}
    for path, body, last in (
        ("chat/completions", {"model": "gpt-4o", **said}, "data: [DONE]"),
        ("messages", {"model": MESSAGES_MODEL, "max_tokens": 9, **said}, '"message_stop"'),
        ("responses", {"model": "gpt-4o", "input": "Hello", "stream": True}, '"response.completed"'),
        ("embeddings", {"model": EMBEDDINGS, "input": "Hello", "encoding_format": "float"}, '"embedding"'),
    ):
        answer = requests.post(f"{url}/v1/{path}", json=body, headers=headers, timeout=120)
        assert answer.status_code == 200, answer.text
        assert last in answer.text


def test_all_that_a_foreign_gateway_can_serve_passes(tool: Tool, gateway: ForeignGateway, languages: tuple[str, ...]) -> None:
    """What it can serve passes in every language, the two that need DVARA itself are skipped as such, and the key is nowhere."""
    chosen = [word for language in languages for word in ("--language", language)]
    ran = tool("run", "all", *chosen, "--verbose", env={"DVARA_URL": gateway.url, "DVARA_API_KEY": KEY})
    assert ran.code == 0, ran.stdout + ran.stderr
    served = [*_served(languages), *((example, language) for example in OTHER_ENDPOINTS for language in languages)]
    passed = {f"{example}[{language}]": "passed" for example, language in served}
    skipped = {f"{example}[{language}]": "skipped" for example in NEEDS for language in languages}
    assert ran.outcomes == passed | skipped
    assert all(NEEDS[variant.partition("[")[0]] in ran.reasons[variant] for variant in skipped)
    for exchange in _exchanges(ran, languages):
        _assert_foreign(exchange, gateway)
    assert KEY not in ran.stdout + ran.stderr
    written = [path for path in ran.state.rglob("*") if path.is_file()]
    assert len(written) > len(passed)
    assert [path for path in written if KEY.encode() in path.read_bytes()] == []


def _served(languages: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the examples that this gateway can serve, each with its language."""
    everywhere = [(example, language) for example in SERVED for language in languages]
    return [*everywhere, *((JAVA_ALONE, language) for language in languages if language == "java")]


def _exchanges(ran: Ran, languages: tuple[str, ...]) -> list[Exchange]:
    """Return the one exchange of each variant that was served."""
    transcripts = [read_transcript(ran.run_folder / f"{e}.{language}.jsonl") for e, language in _served(languages)]
    exchanges = [exchange for transcript in transcripts for exchange in transcript.exchanges]
    assert len(exchanges) == len(transcripts)
    return exchanges


def _assert_foreign(exchange: Exchange, gateway: ForeignGateway) -> None:
    """Hold what the relay saw against how LiteLLM spells its answers, which is not how DVARA does."""
    assert exchange.response is not None
    assert exchange.response.header("x-litellm-version") == gateway.version
    assert json.loads(exchange.text) == PERSON
    assert exchange.finish_reason == "stop"
    if not exchange.streamed:
        assert (exchange.ending, exchange.response.framing) == (Ending.ANSWERED, "length")
        return
    assert (exchange.ending, exchange.response.framing) == (Ending.DONE, "chunked")
    assert exchange.response.header("content-type") == "text/event-stream; charset=utf-8"
    first = json.loads(exchange.events[0].data)
    assert first["choices"] == [{"index": 0, "delta": {"role": "assistant", "content": ""}}]


def _conformance(tool: Tool, gateway: ForeignGateway, *selected: str) -> Ran:
    environ = {"DVARA_URL": gateway.url, "DVARA_API_KEY": KEY, "DVARA_MODEL": SHORT_MODEL}
    return tool("run", *selected, "--jobs", "2", "--max-requests", "1000", env=environ, timeout_s=500)


def test_the_network_is_no_better_in_front_of_a_foreign_gateway(tool: Tool, gateway: ForeignGateway) -> None:
    """Every case that faults alone make holds there too; what has to be scripted is skipped as such. One language, for time."""
    ran = _conformance(tool, gateway, "--tag", "conformance", "--language", "python")
    assert ran.code == 0, ran.stdout + ran.stderr
    assert set(ran.outcomes.values()) == {"passed", "skipped"}
    skipped = {variant for variant, outcome in ran.outcomes.items() if outcome == "skipped"}
    assert all("scripted" in ran.reasons[variant] for variant in skipped)
    assert len(ran.outcomes) - len(skipped) >= 60
    known = {variant for variant, reason in ran.reasons.items() if reason.startswith("known failure: ")}
    assert known == {"conform-f11-fields-alone[python]"}  # the SDK's, and so the same in front of any gateway


ENDINGS = (
    *("conform-f04-crlf-split", "conform-e01-no-done", "conform-e04-cut-mid-event", "conform-e06-reset", "conform-r14-no-answer"),
    *("conform-r15-reset-after-first-text", "conform-c02-ctrl-c", "conform-c03-stdout-closed"),
)
"""Cases of each kind that are over soon."""


def test_the_other_languages_stand_it_too(tool: Tool, gateway: ForeignGateway, languages: tuple[str, ...]) -> None:
    """Framing, endings, a lost answer and Ctrl-C come out alike in Node.js and Java in front of a foreign gateway."""
    others = [language for language in languages if language != "python"]
    chosen = [word for language in others for word in ("--language", language)]
    ran = _conformance(tool, gateway, *ENDINGS, *chosen)
    assert ran.code == 0, ran.stdout + ran.stderr
    assert ran.outcomes == {f"{example}[{language}]": "passed" for example in ENDINGS for language in others}


def test_a_key_that_it_does_not_know_is_told_in_its_own_words(tool: Tool, gateway: ForeignGateway) -> None:
    """Without a database LiteLLM answers 400 to a wrong key; that is passed on in one sentence that points at the key."""
    wrong = "sk-" + "0bad1" * 8
    ran = tool("run", "chat-basic[python]", env={"DVARA_URL": gateway.url, "DVARA_API_KEY": wrong})
    assert ran.code == 3
    assert "answers 400: No connected db\nhint: check DVARA_URL and the key in DVARA_API_KEY" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert wrong not in ran.stdout + ran.stderr
