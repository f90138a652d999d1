"""The stand-in's life: ports, threads, limits, clients that leave, and being closed."""

import contextlib
import socket
import threading
from collections.abc import Callable
from functools import partial

import pytest

from dvara_examples.core.clock import SystemClock
from dvara_examples.core.errors import GatewayError
from dvara_examples.embedded_gateway.answers import parse_answer
from dvara_examples.embedded_gateway.server import EmbeddedServer
from tests.embedded_gateway.raw import Wire, chat_body, parse, request, wait_for

ENDLESS = {"text": "word " * 1000, "piece_delay_s": 0.05}


def connection_threads() -> list[threading.Thread]:
    """Return the threads of embedded gateways in this process."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("gateway-")]


def test_a_taken_port_is_told() -> None:
    """The message names the port and what to do; nothing is left running."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(GatewayError, match=rf"port {port} on 127\.0\.0\.1 cannot be used .*choose another port"),
            EmbeddedServer(clock=SystemClock(), port=port),
        ):
            pass


def test_the_address_is_ready_for_use() -> None:
    """The base URL names the port that was bound, also over IPv6."""
    with EmbeddedServer(clock=SystemClock(), host="::1") as embedded:
        assert embedded.base_url.startswith("http://[::1]:")
        with Wire(embedded.base_url) as wire:
            (reply,) = wire.exchange(request(embedded.default_key, method="GET", path="/v1/models"))
        assert reply.status == "HTTP/1.1 200 "


def test_many_clients_are_served_at_once(embedded: EmbeddedServer, add_key: Callable[..., str]) -> None:
    """Each connection has a thread of its own: a slow stream holds nobody up, and nothing is mixed up."""
    slow, quick = add_key(ENDLESS), [add_key(f"answer {number}") for number in range(20)]
    with Wire(embedded.base_url) as waiting:
        waiting.send(request(slow))
        waiting.until(b"data:")
        seen: dict[int, bytes] = {}

        def ask(number: int) -> None:
            with Wire(embedded.base_url) as wire:
                seen[number] = wire.exchange(request(quick[number], chat_body(stream=False)))[-1].body

        threads = [threading.Thread(target=ask, args=(number,), name=f"client-{number}") for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert {number for number, body in seen.items() if f'"answer {number}"'.encode() in body} == set(range(20))


def test_closing_cuts_streams_and_ends_threads() -> None:
    """A stream under way ends with a FIN and without its last chunk, an idle connection with a FIN, and no thread is left."""
    with EmbeddedServer(clock=SystemClock()) as embedded:
        key = embedded.add_key([parse_answer(ENDLESS)])
        silent = embedded.add_key([parse_answer({"hang": True})])
        with Wire(embedded.base_url) as stream, Wire(embedded.base_url) as idle, Wire(embedded.base_url) as waiting:
            stream.send(request(key))
            stream.until(b"data:")
            waiting.send(request(silent))
            idle.exchange(request(key, method="GET", path="/v1/models"))
            embedded.close()
            assert not parse(stream.until_fin())[0].whole
            assert idle.read() == b""
            with contextlib.suppress(ConnectionResetError):  # a request that had not been read yet makes it an RST
                assert waiting.read() == b""
            assert wait_for(lambda: not connection_threads())


def test_a_graceful_close_lets_requests_finish() -> None:
    """With a grace period the stream under way is finished, while idle connections end and new ones are refused."""
    with EmbeddedServer(clock=SystemClock()) as embedded:
        key = embedded.add_key([parse_answer({"text": "one two three", "piece_delay_s": 0.2})])
        with Wire(embedded.base_url) as stream, Wire(embedded.base_url) as idle:
            stream.send(request(key))
            stream.until(b"data:")
            assert wait_for(lambda: len(connection_threads()) == 3)  # the system resets what nobody has accepted
            closing = threading.Thread(target=embedded.close, kwargs={"grace_s": 20.0}, name="closing")
            closing.start()
            assert idle.read() == b""
            with pytest.raises(ConnectionRefusedError):
                Wire(embedded.base_url)
            reply = parse(stream.until_fin())[0]
            closing.join(10)
    assert (reply.whole, reply.events[-1]) == (True, "[DONE]")


def test_an_idle_connection_is_ended(start: Callable[..., EmbeddedServer]) -> None:
    """After the idle limit the server sends a FIN and not a byte, whether half a request had come or none."""
    embedded = start(idle_s=0.2)
    for sent in (b"", b"POST /v1/chat"):
        with Wire(embedded.base_url) as wire:
            wire.send(sent)
            assert wire.until_fin() == b""


def test_a_stream_lives_only_so_long(start: Callable[..., EmbeddedServer]) -> None:
    """When the lifetime runs out mid-stream, the response ends properly without ``[DONE]`` and the connection stays."""
    embedded = start(lifetime_s=0.4)
    key = embedded.add_key([parse_answer(ENDLESS)])
    with Wire(embedded.base_url) as wire:
        (reply,) = wire.exchange(request(key))
        assert reply.whole
        assert reply.events
        assert "[DONE]" not in reply.events
        assert "finish_reason" not in reply.events[-1]
        assert wire.is_kept()


@pytest.mark.parametrize(("stream", "status", "code"), [(True, "500", "internal_error"), (False, "502", "provider_error")])
def test_silence_ends_with_the_gateways_limit(
    start: Callable[..., EmbeddedServer], *, stream: bool, status: str, code: str
) -> None:
    """A provider that never answers is an error in the end: 500 where a stream was asked for, 502 otherwise."""
    embedded = start(lifetime_s=0.3, answer_s=0.3)
    key = embedded.add_key([parse_answer({"hang": True})])
    with Wire(embedded.base_url) as wire:
        (reply,) = wire.exchange(request(key, chat_body(stream=stream)))
    assert (reply.status, reply.error["code"]) == (f"HTTP/1.1 {status} ", code)


def test_silence_ends_with_the_client(embedded: EmbeddedServer, add_key: Callable[..., str], log: list[str]) -> None:
    """A client that gives up on a silent answer frees its thread at once."""
    with Wire(embedded.base_url) as wire:
        wire.exchange(request(embedded.default_key, method="GET", path="/v1/models"))
        wire.send(request(add_key({"hang": True})))
    assert wait_for(lambda: any("hang" in line and line.endswith("client left") for line in log))


def test_a_client_that_leaves_ends_its_stream(embedded: EmbeddedServer, add_key: Callable[..., str], log: list[str]) -> None:
    """The stream stops at the first send that fails, and the log says so; others are served on."""
    with Wire(embedded.base_url) as wire:
        wire.send(request(add_key(ENDLESS)))
        wire.until(b"data:")
    assert wait_for(lambda: any(line.endswith("client left") for line in log))
    with Wire(embedded.base_url) as wire:
        assert wire.is_kept()


def test_a_half_close_is_not_noticed(embedded: EmbeddedServer, add_key: Callable[..., str]) -> None:
    """A client that only ends its sending side gets its whole answer, then a FIN."""
    with Wire(embedded.base_url) as wire:
        wire.send(request(add_key("one two three")))
        wire.sock.shutdown(socket.SHUT_WR)
        (reply,) = parse(wire.until_fin())
    assert (reply.whole, reply.events[-1]) == (True, "[DONE]")


def test_a_client_that_does_not_read_is_given_up(start: Callable[..., EmbeddedServer], log: list[str]) -> None:
    """When nothing can be sent for the idle limit, the stream is left unfinished."""
    embedded = start(idle_s=0.3)
    key = embedded.add_key([parse_answer({"pieces": ["x" * 20_000_000]})])
    with Wire(embedded.base_url) as wire:
        wire.send(request(key))
        assert wait_for(lambda: any(line.endswith("client left") for line in log))
        assert not parse(wire.until_fin())[0].whole


def _holds(log: list[str], lines: int) -> bool:
    return len(log) == lines


def test_every_request_is_logged_once(embedded: EmbeddedServer, add_key: Callable[..., str], log: list[str]) -> None:
    """A line says method, path, status, model, answer, seconds and what became of the connection, never the key."""
    key = add_key("Hi", {"text": "a b", "abort_after": 1}, {"error": {"status": 429}})
    for logged in (1, 2, 3):
        with Wire(embedded.base_url) as wire:
            wire.exchange(request(key))
        assert wait_for(partial(_holds, log, logged))  # each connection has a thread of its own
    told = [line.rsplit(" ", 3) for line in log]
    assert [(line[0], line[3]) for line in told] == [
        ("POST /v1/chat/completions 200 gpt-4o text", "kept"),
        ("POST /v1/chat/completions 200 gpt-4o text", "closed"),
        ("POST /v1/chat/completions 429 - error rate_limit_exceeded", "kept"),
    ]
    assert key not in "".join(log)


def test_the_log_cannot_be_forged(embedded: EmbeddedServer, log: list[str]) -> None:
    """Control characters of a request do not reach the terminal."""
    with Wire(embedded.base_url) as wire:
        wire.exchange(request(None, method="GET", path="/\x1b[2J"))
    assert wait_for(lambda: len(log) == 1)
    assert log[0].startswith("GET /?[2J 404 ")
