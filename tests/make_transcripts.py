"""Makes ``tests/data/transcripts``: for each ending one run, as it is really stored, and the verdict on it.

    python -m tests.make_transcripts [ending ...]

Each run is the real thing from end to end: a child process, the tap and a server that sends prepared bytes. Whatever is
stored once has to be read and judged the same for ever, so make again only what has to change, and say why in the commit.
"""

import json
import os
import platform
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.world import World
from dvara_examples.manifest import Example, Variant
from dvara_examples.manifest.model import Origin
from dvara_examples.records.model import Ending, Endpoint, Limits
from dvara_examples.records.serialization import to_plain
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.transcript_file import read_transcript, write_transcript
from dvara_examples.records.verdict import Verdict
from dvara_examples.session.execute import Execution, execute
from dvara_examples.session.judge import judge
from dvara_examples.session.plan import PlannedRun
from dvara_examples.toolchains import Command
from tests.tap.scripted import DONE, LAST_CHUNK, LIMIT_S, SSE_HEAD, Side, chunk, delta

STORED = Path(__file__).parent / "data" / "transcripts"
CLIENT = "tiny_client"
PACE_S = 0.03
IDLE_S = 1.0
KEY = "gw_key_of_the_scripted_server"

TEXT = (chunk(delta("Hello")), chunk(delta(" wörld")))
STOP = chunk(delta(finish="stop"))
JSON_HEAD = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Case:
    """How one ending is made: the parts that the server sends, how it *ends*, and the client's arguments and exit code.

    *holds* are the expectations next to ``ends``, ``requests`` and ``exit``.
    """

    parts: tuple[bytes, ...]
    holds: Mapping[str, object]
    ends: str = "fin"
    args: tuple[str, ...] = ()
    exit: object = "nonzero"


def _document(status: bytes, document: object) -> bytes:
    body = json.dumps(document).encode()
    return JSON_HEAD % (status, len(body)) + body


def _refused(message: str) -> dict[str, object]:
    return {"error": {"message": message, "type": "invalid_request_error", "code": "unauthorized"}}


ANSWER = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello wörld"}, "finish_reason": "stop"}]}
ABORTED = chunk(b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"abort"}]}\n\n')
WHOLE: Mapping[str, object] = {"prints_the_stream": True, "finish_reason": "stop"}
HALF: Mapping[str, object] = {"stdout": {"equals": "Hello wörld"}, "finish_reason": "none"}

CASES: Mapping[Ending, Case] = {
    Ending.DONE: Case((SSE_HEAD, *TEXT, STOP, chunk(DONE), LAST_CHUNK), {**WHOLE, "progressive": True}, exit=0),
    Ending.DONE_WITHOUT_SENTINEL: Case((SSE_HEAD, *TEXT, STOP, LAST_CHUNK), WHOLE, exit=0),
    Ending.EOF_WITHOUT_DONE: Case((SSE_HEAD, *TEXT, LAST_CHUNK), {**HALF, "stderr": {"contains": "not whole"}}),
    # The one that fails: the client takes the sentinel for the end, and never learns that the framing is broken.
    Ending.TRUNCATED: Case((SSE_HEAD, *TEXT, STOP, chunk(DONE)), {"prints_the_stream": True}),
    Ending.RESET: Case((SSE_HEAD, *TEXT), HALF, ends="rst"),
    Ending.STALLED: Case((SSE_HEAD, *TEXT), {**HALF, "limit": "idle"}, ends="hold", exit={"signal": "SIGINT"}),
    Ending.ERROR_EVENT: Case((SSE_HEAD, *TEXT, chunk(b'data: {"error":{"message":"overloaded"}}\n\n'), LAST_CHUNK), HALF),
    Ending.MALFORMED_EVENT: Case(
        (SSE_HEAD, TEXT[0], chunk(b'data: {"choices"\n\n'), LAST_CHUNK), {"stdout": {"equals": "Hello"}}
    ),
    Ending.HTTP_ERROR: Case((_document(b"401 ", _refused("no such key")),), {"stderr": {"contains": "status 401"}}),
    Ending.NOT_A_STREAM: Case((_document(b"200 ", ANSWER),), {"stdout": {"equals": ""}}),
    Ending.NO_RESPONSE: Case((), {"stdout": {"equals": ""}}),
    Ending.CLIENT_CLOSED: Case((SSE_HEAD, *TEXT), {"stderr": {"contains": "had enough"}}, ends="hold", args=("leave",)),
    Ending.UNRECOGNISED: Case(
        (
            SSE_HEAD,
            *TEXT,
            chunk(b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"abort"}]}\n\n'),
            chunk(DONE),
            LAST_CHUNK,
        ),
        {"stdout": {"equals": "Hello wörld"}},
        exit=0,
    ),
    Ending.ANSWERED: Case((_document(b"200 ", ANSWER),), {"stdout": {"equals": "Hello wörld"}}, args=("plain",), exit=0),
}


def transcript_path(ending: Ending) -> Path:
    """Return where the run with this *ending* is stored."""
    return STORED / f"{ending}.jsonl"


def verdict_path(ending: Ending) -> Path:
    """Return where the verdict on it is stored."""
    return STORED / f"{ending}.verdict.json"


@dataclass(frozen=True, slots=True)
class ScriptedGateway:
    """A gateway whose every endpoint is a server of its own that plays one *case* to the first client."""

    case: Case
    kind: str = "scripted"
    description: str = "a server that sends prepared bytes"
    capabilities: frozenset[str] = frozenset()
    models: tuple[str, ...] = ()
    remote: bool = False

    @contextmanager
    def endpoint(self, answers: Sequence[object]) -> Iterator[Endpoint]:
        """Yield the address of the server; it has ended when the block has."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(LIMIT_S)
            server = threading.Thread(target=self._play, args=(listener,), name="scripted-gateway")
            server.start()
            yield Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", KEY)
            server.join(LIMIT_S)

    def _play(self, listener: socket.socket) -> None:
        side = Side(listener.accept()[0])
        side.socket.settimeout(LIMIT_S)
        side.receive_request()
        for part in self.case.parts:
            side.send(part)
            time.sleep(PACE_S)
        if self.case.ends == "hold":
            side.receive_all()
        if self.case.ends == "rst":
            side.rst()
        else:
            side.close()


def run_case(ending: Ending, case: Case, folder: Path) -> Transcript:
    """Run the client against the server that plays *case*; *folder* takes what a world needs."""
    world = World(os.environ, folder, folder, folder / "examples" / "manifest.yaml", folder, folder, sys.stdout, sys.stderr)
    expect = {"ends": str(ending), "requests": 1, "exit": case.exit, **case.holds}
    variant = Variant(
        example_id=str(ending).replace("_", "-"),
        language="python",
        file=STORED / f"{CLIENT}.py",
        relative=f"tests/data/transcripts/{CLIENT}.py",
        args=case.args,
        env={},
        limits=Limits(wall_s=LIMIT_S, idle_s=IDLE_S if case.ends == "hold" else LIMIT_S),
        expect=expect,
        because=None,
        skip=None,
        origin=Origin("tests/make_transcripts.py", 1, 1),
    )
    example = Example(variant.example_id, f"ends {ending}", (), (), (), expect, variant.limits, (variant,), variant.origin)
    # By name and module, so that nothing of the machine it was made on is stored.
    env = {
        "PYTHONPATH": str(STORED),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    command = Command(("python3", "-m", CLIENT, *case.args), env, "", {"python": platform.python_version()})
    return execute(PlannedRun(variant, example), command, Execution(world, ScriptedGateway(case)))


def verdict_text(verdict: Verdict) -> str:
    """Return *verdict* with all its findings as JSON."""
    return json.dumps(to_plain(verdict), ensure_ascii=False, indent=1) + "\n"


def main(wanted: Sequence[str]) -> None:
    """Make the transcripts of the *wanted* endings, or of all, and their verdicts."""
    for ending in map(Ending, wanted or Ending):
        with tempfile.TemporaryDirectory() as folder:
            transcript = run_case(ending, CASES[ending], Path(folder))
        verdict = judge(transcript)
        write_transcript(transcript_path(ending), transcript)
        assert judge(read_transcript(transcript_path(ending))) == verdict
        verdict_path(ending).write_text(verdict_text(verdict), "utf-8")
        sys.stdout.write(f"{ending:22} {verdict.outcome}  {', '.join(f.key for f in verdict.failures)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
