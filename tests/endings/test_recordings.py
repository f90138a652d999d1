"""Recordings of a server on the gateway's own stack, replayed through the tap: bytes untouched, endings as they were."""

from pathlib import Path

import pytest

from dvara_examples.records.model import Ending
from tests.tap.scripted import Line, request

WIRE = Path(__file__).parent.parent / "data" / "wire"

NO_FINISH = Ending.EOF_WITHOUT_DONE
"""The recorded server sends no finish_reason, so that its complete streams end without one."""
CUT = Ending.TRUNCATED
REFUSED = Ending.HTTP_ERROR

ENDINGS: dict[str, list[Ending]] = {
    "normal": [NO_FINISH],
    "normal-connection-close": [NO_FINISH],
    "normal-http10": [NO_FINISH],
    "normal-expect-100": [NO_FINISH],
    "two-requests": [NO_FINISH, NO_FINISH],
    "two-pipelined": [NO_FINISH, NO_FINISH],
    "two-after-401": [REFUSED, NO_FINISH],
    "two-after-timeout": [NO_FINISH, NO_FINISH],
    "empty": [Ending.NOT_A_STREAM],
    "no-done": [NO_FINISH],
    "error-event": [Ending.ERROR_EVENT],
    "utf8": [NO_FINISH],
    "named-event": [NO_FINISH],
    "multiline": [Ending.MALFORMED_EVENT],
    "abort-after-3": [CUT],
    "abort-after-3-connection-close": [CUT],
    "abort-after-3-http10": [NO_FINISH],
    "abort-after-3-unread-input": [CUT],
    "abort-after-3-spring-error": [NO_FINISH],
    "timeout-after-3": [NO_FINISH],
    "timeout-before-first": [REFUSED],
    "server-sigkill-mid": [CUT],
    "client-leaves-fin": [CUT],
    "filter-401": [REFUSED],
    "filter-401-expect-100": [REFUSED],
    "filter-429": [REFUSED],
    "sync-401-accept-sse": [REFUSED],
    "head-too-large": [REFUSED],
    "idle-silent": [Ending.NO_RESPONSE],
    "hundred-requests": [REFUSED] * 100,
}
EXPECTED = {path.stem: ENDINGS[path.stem] for path in sorted(WIRE.glob("*.http")) if path.stem in ENDINGS}


@pytest.mark.parametrize(("name", "endings"), EXPECTED.items(), ids=EXPECTED.keys())
def test_replay(line: Line, name: str, endings: list[Ending]) -> None:
    """A recorded connection reaches the client byte by byte as it was, and each response in it gets its ending."""
    raw = (WIRE / f"{name}.http").read_bytes()
    client = line.client()
    client.send(*([request()] * len(endings)))
    gateway = line.gateway()
    for _ in endings:
        gateway.receive_request()
    gateway.send(raw)
    gateway.close()
    assert client.receive_all() == (raw, "fin")
    seen = line.exchanges()
    assert [exchange.ending for exchange in seen] == endings
    assert [exchange.number for exchange in seen] == list(range(1, len(endings) + 1))


def test_the_recordings_are_there() -> None:
    """Every recording that is named above has its file, so that none drops out of the test unseen."""
    assert not set(ENDINGS) - set(EXPECTED)


def test_a_recording_in_single_bytes(line: Line) -> None:
    """A stream cut to single bytes on its way still gives the text that the server streamed."""
    raw = (WIRE / "normal.http").read_bytes()
    client, gateway, _ = line.ask()
    for position in range(len(raw)):
        gateway.send(raw[position : position + 1])
        assert client.receive(1) == raw[position : position + 1]
    seen = line.exchange()
    assert seen.text == "w0w1w2w3w4"
    assert seen.sentinel
