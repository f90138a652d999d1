"""The stand-in's bytes agree with those recorded from the gateway's own stack."""

from collections.abc import Callable

import pytest

from dvara_examples.embedded_gateway.server import EmbeddedServer
from tests.embedded_gateway.raw import WIRE, Wire, chat_body, parse, recorded, request

_NORMAL = {"pieces": ["w0", "w1", "w2", "w3"], "piece_delay_s": 0}  # with the finish chunk five events, as recorded
_THREE = {"pieces": ["w0", "w1", "w2"], "piece_delay_s": 0}
_ABORT = {**_THREE, "abort_after": 3}
_LIFETIME = {**_THREE, "lifetime_after": 3}
_H2C = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2_Settings": "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"}
_BIG = chat_body(user="x" * 2_000_000)
_CHUNKED = f"{len(chat_body()):x}\r\n".encode() + chat_body() + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("name", "answer", "body", "how"),
    [
        ("normal-connection-close", _NORMAL, None, {"Connection": "close"}),
        ("normal-http10", _NORMAL, None, {"version": "1.0"}),
        ("normal-accept-json", _NORMAL, None, {"Accept": "application/json"}),
        ("normal-accept-sse", _NORMAL, None, {"Accept": "text/event-stream"}),
        ("normal-accept-html", _NORMAL, None, {"Accept": "text/html"}),
        ("normal-gzip", _NORMAL, None, {"Accept_Encoding": "gzip, deflate"}),
        ("normal-h2c", _NORMAL, None, _H2C),
        ("normal-chunked-request", _NORMAL, _CHUNKED, {"Transfer_Encoding": "chunked", "Content_Length": None}),
        ("normal-expect-100", _NORMAL, None, {"Expect": "100-continue"}),
        ("normal-body-2mb", _NORMAL, _BIG, {}),
        ("absolute-uri", _NORMAL, None, {"path": "http://127.0.0.1/v1/chat/completions"}),
        ("content-type-charset", _NORMAL, None, {"Content_Type": "application/json; charset=utf-8"}),
        ("abort-after-3", _ABORT, None, {}),
        ("abort-after-3-http10", _ABORT, None, {"version": "1.0"}),
        ("abort-after-3-connection-close", _ABORT, None, {"Connection": "close"}),
        ("timeout-after-3", _LIFETIME, None, {}),
        ("timeout-after-3-connection-close", _LIFETIME, None, {"Connection": "close"}),
        ("timeout-before-first", {**_THREE, "lifetime_after": 0}, None, {}),
        ("sync-400", {"error": {"status": 400}}, None, {}),
        ("sync-402", {"error": {"status": 402}}, None, {}),
        ("sync-403", {"error": {"status": 403}}, None, {}),
        ("sync-406", {"error": {"status": 406}}, None, {}),
        ("sync-413", {"error": {"status": 413}}, None, {}),
        ("sync-422", {"error": {"status": 422}}, None, {}),
        ("sync-429", {"error": {"code": "provider_rate_limited", "retry_after_s": 7}}, None, {}),
        ("async-429", {"error": {"code": "provider_rate_limited", "retry_after_s": 7}}, None, {}),
        ("sync-502", {"error": {"status": 502}}, None, {}),
        ("sync-503", {"error": {"status": 503}}, None, {}),
        ("sync-crash", {"error": {"status": 500}}, None, {}),
        ("filter-401", {"error": {"status": 401}}, None, {}),
        ("filter-401-accept-sse", {"error": {"status": 401}}, None, {"Accept": "text/event-stream"}),
        ("async-502-accept-sse", {"error": {"status": 502}}, None, {"Accept": "text/event-stream"}),
        ("get", _NORMAL, None, {"method": "GET"}),
        ("head", _NORMAL, None, {"method": "HEAD"}),
        ("options", _NORMAL, None, {"method": "OPTIONS"}),
        ("content-type-text", _NORMAL, None, {"Content_Type": "text/plain"}),
        ("content-type-missing", _NORMAL, None, {"Content_Type": None}),
        ("malformed-json", _NORMAL, b'{"model":', {}),
        ("no-body", _NORMAL, b"", {}),
        ("unknown-path", _NORMAL, None, {"path": "/v1/nope"}),
        ("unknown-path-get", _NORMAL, None, {"path": "/nope", "method": "GET"}),
        ("trailing-slash", _NORMAL, None, {"path": "/v1/chat/completions/"}),
        ("double-slash", _NORMAL, None, {"path": "/v1//chat/completions"}),
        ("head-too-large", _NORMAL, None, {"X_Large": "x" * 20_000}),
        ("no-host", _NORMAL, None, {"Host": None}),
    ],
)
def test_one_request_is_answered_as_recorded(
    embedded: EmbeddedServer, add_key: Callable[..., str], name: str, answer: object, body: bytes | None, how: dict[str, str]
) -> None:
    """Status, headers, framing and the end of the connection are those of the recording."""
    replies, kept = recorded(name)
    trace = replies[-1].header("X-Trace-ID") or f"trace-{name}"
    with Wire(embedded.base_url) as wire:
        seen = wire.exchange(request(add_key(answer), body, X_Trace_ID=trace, **how))
        assert [reply.shape() for reply in seen] == [reply.shape() for reply in replies]
        assert seen[-1].header("X-Trace-ID") == replies[-1].header("X-Trace-ID")
        assert wire.is_kept() is kept


def test_a_stream_without_a_trace_id_gets_one(embedded: EmbeddedServer, add_key: Callable[..., str]) -> None:
    """The answer agrees with the recording, whose server also made up an id of 32 hexadecimal digits."""
    replies, kept = recorded("normal")
    with Wire(embedded.base_url) as wire:
        (seen,) = wire.exchange(request(add_key(_NORMAL)))
        assert seen.shape() == replies[0].shape()
        made_up = seen.header("X-Trace-ID")
        assert made_up is not None
        assert len(bytes.fromhex(made_up)) == 16
        assert wire.is_kept() is kept


@pytest.mark.parametrize(
    ("name", "answers", "at_once"),
    [
        ("two-requests", [_NORMAL, _NORMAL], False),
        ("two-pipelined", [_NORMAL, _NORMAL], True),
        ("two-after-timeout", [_LIFETIME, _NORMAL], False),
        ("two-after-400", [{"error": {"status": 400}}, _NORMAL], True),
        ("abort-after-3-unread-input", [_ABORT, _NORMAL], True),
    ],
)
def test_two_requests_are_answered_as_recorded(
    embedded: EmbeddedServer, add_key: Callable[..., str], name: str, answers: list[object], *, at_once: bool
) -> None:
    """A kept connection serves both in turn; on a closing one the second is never answered, and the end is a FIN."""
    replies, kept = recorded(name)
    key = add_key(*answers)
    with Wire(embedded.base_url) as wire:
        if at_once:
            seen = wire.exchange(request(key) * 2, 2)
        else:
            wire.exchange(request(key))
            seen = wire.exchange(request(key), 2)
        assert [reply.shape() for reply in seen] == [reply.shape() for reply in replies]
        assert wire.is_kept() is kept


def test_a_connection_survives_a_401(embedded: EmbeddedServer, add_key: Callable[..., str]) -> None:
    """The request behind a refused one is answered on the same connection, as recorded."""
    replies, kept = recorded("two-after-401")
    with Wire(embedded.base_url) as wire:
        wire.exchange(request("gw_unknown"))
        seen = wire.exchange(request(add_key(_NORMAL)), 2)
        assert seen[0].status == replies[0].status
        assert seen[1].shape() == replies[1].shape()
        assert wire.is_kept() is kept


@pytest.mark.parametrize(
    ("name", "how", "size"),
    [
        ("filter-401-body-2mb", {}, 2_000_000),
        ("filter-401-body-3mb", {}, 3_000_000),
        ("filter-401-expect-100", {"Expect": "100-continue"}, 200),
    ],
)
def test_a_body_that_nobody_wants_is_swallowed_up_to_a_limit(
    embedded: EmbeddedServer, name: str, how: dict[str, str], size: int
) -> None:
    """A refusal keeps the connection only where the unread body is short enough, as recorded."""
    replies, kept = recorded(name)
    body = b"x" * size if not how else b""
    with Wire(embedded.base_url) as wire:
        seen = wire.exchange(request("gw_unknown", body, **{"Content_Length": str(size), **how}))
        assert [reply.shape() for reply in seen] == [reply.shape() for reply in replies]
        assert wire.is_kept() is kept


def test_a_rate_limit_adds_to_what_was_recorded(embedded: EmbeddedServer, add_key: Callable[..., str]) -> None:
    """The refusal has the recorded headers, plus the reset time and the ``rate_limit`` object that the gateway documents."""
    replies, kept = recorded("filter-429")
    with Wire(embedded.base_url) as wire:
        (seen,) = wire.exchange(request(add_key({"error": {"status": 429, "retry_after_s": 7}})))
        headers = [name for name, _ in seen.headers if name != "X-RateLimit-Reset"]
        assert headers == [name for name, _ in replies[0].headers]
        assert (seen.header("Retry-After"), seen.header("X-RateLimit-Retry-After-Seconds")) == ("7", "7")
        assert list(seen.error) == [*replies[0].error, "rate_limit"]
        assert wire.is_kept() is kept


def test_an_error_event_ends_like_the_recorded_one(embedded: EmbeddedServer, add_key: Callable[..., str]) -> None:
    """Three events, one error event, the last chunk, and a kept connection; only the members of the error are DVARA's own."""
    replies, kept = recorded("error-event")
    with Wire(embedded.base_url) as wire:
        (seen,) = wire.exchange(request(add_key({**_THREE, "error_event_after": 3}), X_Trace_ID="trace-7"))
        assert seen.shape()[:3] == replies[0].shape()[:3]
        assert seen.chunks is not None
        assert replies[0].chunks is not None
        assert len(seen.chunks) == len(replies[0].chunks)
        assert '"trace_id":"trace-7"' in seen.events[-1]
        assert (seen.whole, wire.is_kept()) == (replies[0].whole, kept)


def test_text_beyond_ascii_goes_out_as_it_is(embedded: EmbeddedServer, add_key: Callable[..., str]) -> None:
    """Content is raw UTF-8, without escapes, as recorded."""
    pieces = ["café", "日本語", "\N{GRINNING FACE} e\N{COMBINING ACUTE ACCENT}"]
    recording = (WIRE / "utf8.http").read_bytes()
    with Wire(embedded.base_url) as wire:
        (seen,) = wire.exchange(request(add_key({"pieces": pieces, "piece_delay_s": 0})))
    for piece in pieces:
        assert f'"content":"{piece}"'.encode() in recording
        assert f'"content":"{piece}"'.encode() in seen.body


def test_a_large_event_spans_chunks(embedded: EmbeddedServer, add_key: Callable[..., str]) -> None:
    """An event over 8192 bytes is cut into chunks of that size, as recorded, and nothing is lost."""
    recording = (WIRE / "big-event.excerpt").read_bytes()
    with Wire(embedded.base_url) as wire:
        (seen,) = wire.exchange(request(add_key({"pieces": ["x" * 1_000_000]})))
    assert seen.chunks is not None
    assert recording.split(b"\r\n\r\n", 1)[1].startswith(b"2000\r\n")
    assert {len(chunk) for chunk in seen.chunks[:122]} == {0x2000}
    assert max(len(chunk) for chunk in seen.chunks) == 0x2000
    assert seen.body.count(b"x" * 1_000_000) == 1


def test_the_hundredth_response_ends_the_connection(embedded: EmbeddedServer) -> None:
    """The 100th response on a connection says so and is the last one, as recorded."""
    replies, kept = recorded("hundred-requests")
    with Wire(embedded.base_url) as wire:
        wire.send(request(embedded.default_key, method="GET", path="/v1/models") * 102)
        seen = parse(wire.until_fin())
    assert len(seen) == len(replies) == 100
    assert [reply.header("Connection") for reply in seen] == [reply.header("Connection") for reply in replies]
    assert kept is False


@pytest.mark.parametrize(
    ("name", "sent"),
    [("not-http", b"what is this?\r\n"), ("tls-hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64))],
)
def test_what_is_not_http_gets_the_containers_page(embedded: EmbeddedServer, name: str, sent: bytes) -> None:
    """Bytes that are no HTTP request get an HTML page in clear text and a FIN, byte for byte as recorded but for the date."""
    with Wire(embedded.base_url) as wire:
        wire.send(sent)
        (seen,) = parse(wire.until_fin())
    (recording,), _ = recorded(name)
    assert (seen.shape(), seen.body) == (recording.shape(), recording.body)


def test_a_body_that_does_not_come_gets_408(start: Callable[..., EmbeddedServer]) -> None:
    """When the wait for the rest of a body runs out, the framework's own JSON says so, as recorded."""
    embedded = start(idle_s=0.2)
    replies, _ = recorded("idle-half-body")
    with Wire(embedded.base_url) as wire:
        (seen,) = wire.exchange(request(embedded.default_key, b'{"model":', Content_Length="20"))
        assert seen.shape() == replies[0].shape()
