"""What the tap does to requests: prefix, host and key are changed, everything else passes, whatever shape it has."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dvara_examples.records.model import Ending
from dvara_examples.tap import CaptureLimits
from dvara_examples.tap.rewrite import GatewayAddress, Rewriter
from dvara_examples.wire.http import read_request_head
from tests.tap.scripted import DONE, LAST_CHUNK, REAL_KEY, SSE_HEAD, STREAM, Line, chunk, delta, open_line, request

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize(
    ("base_path", "target", "expected"),
    [
        ("/v1", "/v1/chat/completions", "/v1/chat/completions"),
        ("/api/v1", "/v1/models?x=%2F#a b", "/api/v1/models?x=%2F#a b"),
        ("", "/v1/models", "/models"),
        ("", "/v1", "/"),
        ("/api/v1", "/v1?x", "/api/v1?x"),
        ("/api/v1", "/v1//chat/../%zz;x", "/api/v1//chat/../%zz;x"),
        ("/api/v1", "/v10/models", "/v10/models"),
        ("/api/v1", "//v1/models", "//v1/models"),
        ("/api/v1", "*", "*"),
        ("/api/v1", "http://{tap}/v1/models", "http://{gateway}/api/v1/models"),
        ("/api/v1", "http://elsewhere/v1/models", "http://elsewhere/v1/models"),
    ],
)
def test_target(base_path: str, target: str, expected: str) -> None:
    """Only the prefix of the path is mapped to the gateway's; no path is normalised or judged."""
    with open_line(path=base_path) as line:
        names = {"{tap}": f"127.0.0.1:{line.port}", "{gateway}": f"127.0.0.1:{line.gateway_port}"}
        for name, value in names.items():
            target, expected = target.replace(name, value), expected.replace(name, value)
        _, _, got = line.ask(request(None, target, method="GET"))
    assert got.split(b"\r\n")[0].decode() == f"GET {expected} HTTP/1.1"


def test_headers_pass_as_they_are_but_for_host_and_key(line: Line) -> None:
    """Order, case, spaces and repeated headers stay; Host becomes the gateway's, the throw-away key the real one."""
    key = line.tap.endpoint.key.encode()
    head = b"GET /v1/models HTTP/1.1\r\nhOST:  tap \r\nX-A:b\r\nX-a:  c \r\n"
    head += b"AUTHORIZATION: bearer  %s\r\nx-api-key:%s\r\nCookie: a=1\r\n\r\n"
    _, _, got = line.ask(head % (key, key))
    expected = head.replace(b" tap ", b" 127.0.0.1:%d " % line.gateway_port)
    assert got == expected % (REAL_KEY.encode(), REAL_KEY.encode())


def test_another_key_passes_and_is_not_recorded(line: Line) -> None:
    """A key that is not the throw-away one reaches the gateway as it is, and the record shows only its length."""
    sent = {"Authorization": "Bearer sk-mine", "x-api-key": "sk-mine", "Cookie": "sk=mine"}
    _, _, got = line.ask(request(headers=sent))
    assert got.count(b"sk-mine") == 2
    seen = line.exchange().request
    assert seen.header("authorization") == "Bearer *******"
    assert seen.header("x-api-key") == "*******"
    assert seen.header("cookie") == "*******"


def test_without_a_real_key_none_is_sent() -> None:
    """Where the gateway's key is not known, the throw-away key is taken out and nothing put in its place."""
    with open_line(key="") as line:
        _, _, got = line.ask(request(headers={"Authorization": f"Bearer {line.tap.endpoint.key}", "X-B": "c"}))
    assert b"authorization" not in got.lower()
    assert b"X-B: c\r\n" in got


@pytest.mark.parametrize(("real", "length"), [("x" * 16, 16), ("x" * 51, 51), ("short", 32), ("", 32)])
def test_throw_away_key(real: str, length: int) -> None:
    """The key that examples get is new for every tap and as long as the real one, if that is long enough to be a secret."""
    with open_line(key=real) as one, open_line(key=real) as two:
        assert len(one.tap.endpoint.key) == length
        assert one.tap.endpoint.key != two.tap.endpoint.key


def test_no_secret_is_recorded() -> None:
    """The real key and the redactor's secrets are in no field of the record, wherever the gateway or the client put them."""
    secret = "other-secret-value"
    with open_line(secrets=(secret,)) as line:
        both = f"{REAL_KEY} {secret}"
        client, gateway, _ = line.ask(request({**STREAM, "note": both}, f"/v1/chat/completions?k={REAL_KEY}", {"X-Note": both}))
        event = b'event: %s\ndata: {"choices":[{"delta":{"content":"%s"},"finish_reason":"%s"}]}\n\n' % ((both.encode(),) * 3)
        error = b'data: {"error":"no %s"}\n\n' % both.encode()
        body = chunk(event) + chunk(error) + LAST_CHUNK
        head = SSE_HEAD.replace(b"200 ", f"200 {both}\r\nX-Echo: {both}".encode())
        gateway.send(head, body)
        assert client.receive(len(head + body)) == head + body
        seen = line.exchange()
    assert (seen.ending, seen.text) == (Ending.ERROR_EVENT, "*" * len(REAL_KEY) + " " + "*" * len(secret))
    assert REAL_KEY not in repr(seen)
    assert secret not in repr(seen)


def test_a_secret_that_the_bound_would_cut_is_not_recorded_in_part() -> None:
    """A secret across the bound of what is kept is masked before the cut, so that no half of it stays."""
    with open_line(bounds=CaptureLimits(request_body_bytes=30, response_body_bytes=30)) as line:
        client, gateway, _ = line.ask(request({"k": "x" * 10 + REAL_KEY}))
        reply = b"HTTP/1.1 200 \r\nContent-Length: 60\r\n\r\n" + b"y" * 20 + REAL_KEY.encode().ljust(40)
        gateway.send(reply)
        client.receive(len(reply))
        seen = line.exchange()
    assert seen.request.body == b'{"k": "xxxxxxxxxx' + b"*" * 13
    assert seen.response is not None
    assert seen.response.body == b"y" * 20 + b"*" * 10


def test_two_requests_on_a_kept_connection(line: Line) -> None:
    """Requests in turn share one connection to the gateway and are two exchanges."""
    client, gateway, _ = line.ask(request(None, "/v1/files", method="GET"))
    gateway.send(OK)
    assert client.receive(len(OK)) == OK
    client.send(request(None, "/v1/a", method="GET"))
    assert gateway.receive_request().startswith(b"GET /v1/a ")
    gateway.send(OK)
    assert client.receive(len(OK)) == OK
    seen = line.exchanges()
    assert [(one.number, one.connection, one.ending, one.request.target) for one in seen] == [
        (1, 1, Ending.ANSWERED, "/v1/files"),
        (2, 1, Ending.ANSWERED, "/v1/a"),
    ]


def test_two_connections(line: Line) -> None:
    """Each client connection has its own connection to the gateway; numbers follow the arrival of requests."""
    first, second = line.client(), line.client()
    for client in (second, first):
        client.send(request(None, "/v1/files", method="GET"))
        gateway = line.gateway()
        gateway.receive_request()
        gateway.send(OK)
        assert client.receive(len(OK)) == OK
    assert [(one.number, one.connection) for one in line.exchanges()] == [(1, 2), (2, 1)]


def test_pipelined_requests(line: Line) -> None:
    """Requests sent at once are told apart, bodies included, and matched with the answers in order, cut anywhere."""
    sent = request({"n": 1}, "/v1/one") + request(None, "/v1/two", method="HEAD") + request({"n": 3}, "/v1/three")
    client = line.client()
    client.send(sent)
    gateway = line.gateway()
    got = [gateway.receive_request() for _ in range(3)]
    assert [one.split(b" ")[1] for one in got] == [b"/v1/one", b"/v1/two", b"/v1/three"]
    head_answer = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(b"ok") + LAST_CHUNK
    gateway.send(OK + head_answer + chunked[:30], chunked[30:])
    assert client.receive(len(OK + head_answer + chunked)) == OK + head_answer + chunked
    seen = line.exchanges()
    assert [(one.ending, one.request.body) for one in seen] == [
        (Ending.ANSWERED, b'{"n": 1}'),
        (Ending.ANSWERED, b""),
        (Ending.ANSWERED, b'{"n": 3}'),
    ]
    assert [one.response.framing for one in seen if one.response] == ["length", "none", "chunked"]


def test_pipelined_requests_without_answers(line: Line) -> None:
    """Requests behind one whose answer was cut have had no response."""
    client = line.client()
    client.send(request() * 3)
    gateway = line.gateway()
    for _ in range(3):
        gateway.receive_request()
    gateway.send(OK[:-1])
    gateway.close()
    assert client.receive_all() == (OK[:-1], "fin")
    assert [one.ending for one in line.exchanges()] == [Ending.TRUNCATED, Ending.NO_RESPONSE, Ending.NO_RESPONSE]


def test_a_request_into_a_closing_connection(line: Line) -> None:
    """A gateway that closes an idle connection while the next request is on its way leaves that request unanswered."""
    client, gateway, _ = line.ask(request(None, "/v1/files", method="GET"))
    gateway.send(OK)
    gateway.fin()
    assert client.receive_all() == (OK, "fin")
    client.send(request())
    assert gateway.receive_request().startswith(b"POST /v1/chat/completions ")
    client.close()
    assert gateway.receive_all() == (b"", "fin")
    assert [one.ending for one in line.exchanges()] == [Ending.ANSWERED, Ending.NO_RESPONSE]


@pytest.mark.parametrize(
    "interim", [b"HTTP/1.1 100 \r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"]
)
def test_expect_continue(line: Line, interim: bytes) -> None:
    """R12: the head goes on before the body is there, interim responses pass, and the final one is recorded."""
    client = line.client()
    client.send(b"POST /v1/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    gateway = line.gateway()
    assert b"Expect: 100-continue\r\n" in gateway.receive_head()
    gateway.send(interim)
    assert client.receive(len(interim)) == interim
    client.send(b"abc")
    assert gateway.receive(3) == b"abc"
    gateway.send(OK)
    assert client.receive(len(OK)) == OK
    seen = line.exchange()
    assert (seen.ending, seen.request.body) == (Ending.ANSWERED, b"abc")
    assert seen.response is not None
    assert seen.response.status == 200


def test_chunked_request(line: Line) -> None:
    """A chunked request body passes chunk by chunk; its payload is recorded, and the next request is found behind it."""
    client = line.client()
    body = chunk(b'{"stream":') + b"5;x=y\r\n true\r\n" + chunk(b"}") + b"0\r\nX-T: 1\r\n\r\n"
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
    client.send(head % b"x" + body + request(None, "/v1/next", method="GET"))
    gateway = line.gateway()
    expected = head % (b"127.0.0.1:%d" % line.gateway_port) + body
    assert gateway.receive(len(expected)) == expected
    assert gateway.receive_request().startswith(b"GET /v1/next ")
    first, _ = line.exchanges()
    assert (first.request.body, first.streamed) == (b'{"stream": true}', True)


@pytest.mark.parametrize("stream", [True, False])
def test_a_request_larger_than_the_bound(stream: bool) -> None:
    """A large body passes whole; its beginning is kept, its size is known, and so is whether it asks for a stream."""
    with open_line(bounds=CaptureLimits(request_body_bytes=1000)) as line:
        sent = request({"text": "x" * 30_000, "stream": stream, "more": "x" * 30_000})
        _, _, got = line.ask(sent)
        assert len(got.partition(b"\r\n\r\n")[2]) == len(sent.partition(b"\r\n\r\n")[2])
        seen = line.exchange()
    assert (len(seen.request.body), seen.request.body_size_bytes) == (1000, len(sent.partition(b"\r\n\r\n")[2]))
    assert seen.streamed is stream


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"hello\n", b"HELLO THERE\r\n\r\n", b"GET /v1\r\n", b'{"a":1}']
)
def test_what_is_no_http_request(line: Line, garbage: bytes) -> None:
    """TLS, HTTP/0.9 and nonsense are for the gateway to judge: they pass at once, and its answer passes back."""
    client = line.client()
    client.send(garbage)
    gateway = line.gateway()
    assert gateway.receive(len(garbage)) == garbage
    refusal = b"HTTP/1.1 400 \r\nContent-Length: 0\r\n\r\n"
    gateway.send(refusal)
    gateway.close()
    assert client.receive_all() == (refusal, "fin")
    seen = line.exchange()
    assert (seen.ending, seen.request.method, seen.request.body) == (Ending.HTTP_ERROR, "", garbage)


@pytest.mark.parametrize("body_headers", [b"Content-Length: x\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_a_request_body_that_cannot_be_followed(line: Line, body_headers: bytes) -> None:
    """A body whose framing makes no sense passes as it is."""
    client = line.client()
    client.send(b"POST /v1/a HTTP/1.1\r\n" + body_headers + b"\r\nzz\r\nabc")
    gateway = line.gateway()
    assert gateway.receive_head().startswith(b"POST /v1/a HTTP/1.1\r\n")
    assert gateway.receive(7) == b"zz\r\nabc"


def test_http_1_0_client(line: Line) -> None:
    """An HTTP/1.0 request without Host gets none, and the answer ends with the connection."""
    client, gateway, got = line.ask(b"GET /v1/files HTTP/1.0\r\n\r\n")
    assert got == b"GET /v1/files HTTP/1.0\r\n\r\n"
    gateway.send(b"HTTP/1.0 200 OK\r\n\r\nhello")
    gateway.close()
    assert client.receive_all() == (b"HTTP/1.0 200 OK\r\n\r\nhello", "fin")
    seen = line.exchange()
    assert (seen.ending, seen.notes) == (Ending.ANSWERED, ("close-delimited body",))
    assert seen.response is not None
    assert (seen.response.version, seen.response.body, seen.request.version) == ("HTTP/1.0", b"hello", "HTTP/1.0")


SWITCHED = "cannot tell what was said: the connection switched to another protocol (status 101), which passed unread"


def test_other_protocols_pass_after_101(line: Line) -> None:
    """After a switch of protocols both directions pass unread."""
    client, gateway, _ = line.ask(b"GET /v1/ws HTTP/1.1\r\nUpgrade: x\r\n\r\n")
    gateway.send(b"HTTP/1.1 101 Switching\r\n\r\n", b"\x00\xff")
    assert client.receive(28) == b"HTTP/1.1 101 Switching\r\n\r\n\x00\xff"
    client.send(b"\x81\x05GET / HTTP/1.1\r\nHost: tap\r\n\r\n")
    assert gateway.receive(31) == b"\x81\x05GET / HTTP/1.1\r\nHost: tap\r\n\r\n"
    gateway.close()
    assert client.receive_all() == (b"", "fin")
    seen = line.exchange()
    assert (seen.ending, seen.error) == (Ending.UNRECOGNISED, SWITCHED)


def test_half_a_head_is_no_request(line: Line) -> None:
    """A client that leaves inside the head of its request has not sent one."""
    client = line.client()
    client.send(b"POST /v1/chat/completions HTTP/1.1\r\nHos")
    client.fin()
    assert client.receive_all() == (b"", "fin")
    assert line.exchanges() == ()


def test_blank_lines_before_a_request(line: Line) -> None:
    """Blank lines in front of a request belong to it."""
    sent = b"\r\n\r\nGET /v1/models HTTP/1.1\r\n\r\n"
    client = line.client()
    client.send(sent)
    assert line.gateway().receive(len(sent)) == sent
    assert line.exchange().request.target == "/v1/models"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_requests_cut_anywhere(sizes: list[int]) -> None:
    """Two requests cut at random positions reach the gateway with the same bytes."""
    sent = request() + request({"n": "x" * 300}, "/v1/next")
    with open_line() as line:
        client = line.client()
        position = 0
        for size in sizes:
            client.send(sent[position : position + size])
            position += size
        client.send(sent[position:])
        gateway = line.gateway()
        assert [gateway.receive_request().split(b" ")[1] for _ in range(2)] == [b"/v1/chat/completions", b"/v1/next"]
        assert len(line.exchanges()) == 2


@pytest.mark.parametrize(
    ("offered", "passed"),
    [
        (b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n", b""),
        (
            b"connection: keep-alive,Upgrade,HTTP2-Settings\r\nupgrade: H2C\r\nhttp2-settings: AA\r\n",
            b"connection: keep-alive\r\n",
        ),
        (b"Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n", b"Connection: Upgrade\r\nUpgrade: websocket\r\n"),
        (b"Connection: Upgrade\r\nUpgrade: websocket\r\n", b"Connection: Upgrade\r\nUpgrade: websocket\r\n"),
        (b"Connection: close\r\n", b"Connection: close\r\n"),
    ],
)
def test_an_offer_of_http2_ends_at_the_tap(offered: bytes, passed: bytes) -> None:
    """An offer of h2c is for one hop and would leave the tap blind; the gateway never sees it, other upgrades it does."""
    rewriter = Rewriter(GatewayAddress("http", "gateway", 80, "/v1"), "tap:1", "tap_key", "real_key")
    head = read_request_head(b"POST /v1/x HTTP/1.1\r\n" + offered + b"Content-Length: 2\r\n\r\n")
    assert rewriter.head(head) == b"POST /v1/x HTTP/1.1\r\n" + passed + b"Content-Length: 2\r\n\r\n"


OTHER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize("surplus", [b"rest of a body", OTHER])
@pytest.mark.parametrize("status", [b"200 OK", b"204 No Content"])
def test_bytes_that_belong_to_no_response_make_the_next_one_uncertain(surplus: bytes, status: bytes, line: Line) -> None:
    """One client takes them for the beginning of its next answer, another one throws them away."""
    empty = b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status
    client, gateway, _ = line.ask()
    gateway.send(empty + surplus)
    client.receive(len(empty + surplus))
    answer = SSE_HEAD + chunk(delta("Hello", "stop")) + chunk(DONE) + LAST_CHUNK
    client.send(request())
    gateway.receive_request()
    gateway.send(answer)
    assert client.receive(len(answer)) == answer
    last = line.exchanges()[-1]
    assert last.ending is Ending.UNRECOGNISED
    assert "bytes that belong to no response came before it" in (last.unread or "")


def test_a_line_end_too_many_belongs_to_nothing(line: Line) -> None:
    """Old servers send one behind a body, and every client passes over it."""
    first = b"HTTP/1.1 204 No Content\r\n\r\n\r\n"
    client, gateway, _ = line.ask()
    gateway.send(first)
    client.receive(len(first))
    answer = SSE_HEAD + chunk(delta("Hello", "stop")) + chunk(DONE) + LAST_CHUNK
    client.send(request())
    gateway.receive_request()
    gateway.send(answer)
    assert client.receive(len(answer)) == answer
    assert line.exchanges()[-1].ending is Ending.DONE
