"""The way to the gateway: refused and unknown hosts, IPv6, and TLS that is always verified."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dvara_examples.core.clock import SystemClock, start_timer
from dvara_examples.core.errors import GatewayError
from dvara_examples.core.redaction import Redactor
from dvara_examples.records.model import Ending, Endpoint
from dvara_examples.records.transcript import Exchange
from dvara_examples.tap import Tap
from dvara_examples.tap.rewrite import GatewayAddress
from dvara_examples.tap.upstream import tls_context
from tests.tap.scripted import DONE, LAST_CHUNK, LIMIT_S, REAL_KEY, SSE_HEAD, chunk, delta, request

TLS = Path(__file__).parent.parent / "data" / "authority"
AUTHORITY = TLS / "authority.pem"
ANSWER = SSE_HEAD + chunk(delta("Hi", "stop") + DONE) + LAST_CHUNK


def ask(base_url: str, environ: dict[str, str] | None = None, asked: bytes = b"") -> tuple[bytes, Exchange]:
    """Send one request through a tap to *base_url* and return what came back, and the exchange."""
    with Tap(Endpoint(base_url, REAL_KEY), start_timer(SystemClock()), Redactor(), environ=environ or {}) as tap:
        port = int(tap.endpoint.base_url.removesuffix("/v1").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), LIMIT_S) as client:
            client.sendall(asked or request())
            client.shutdown(socket.SHUT_WR)
            received = b"".join(iter(lambda: client.recv(65536), b""))
    (exchange,) = tap.exchanges()
    return received, exchange


@contextlib.contextmanager
def tls_gateway(answer: bytes = ANSWER, *, certificate: str = "server.pem", close_notify: bool = True) -> Iterator[int]:
    """Serve one TLS connection with the test certificate and yield the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT_S)

        def serve() -> None:
            raw, _ = listener.accept()
            raw.settimeout(LIMIT_S)
            with raw, contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) as connection:
                got = b""
                while not got.endswith(b"}]}"):
                    got += connection.recv(65536)
                connection.sendall(answer)
                if close_notify:
                    connection.unwrap()

        thread = threading.Thread(target=serve, name="tls-gateway")
        thread.start()
        yield listener.getsockname()[1]
        thread.join(LIMIT_S)


def test_refused() -> None:
    """R09: where nothing listens the client gets no response, and the error says so in words."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    received, seen = ask(f"http://127.0.0.1:{port}/v1")
    assert received == b""
    assert (seen.ending, seen.error) == (Ending.NO_RESPONSE, f"no connection to 127.0.0.1:{port}: connection refused")
    assert seen.request.body_size_bytes > 0


def test_unknown_host() -> None:
    """A host that has no address gives no response, and the error names it."""
    _, seen = ask("http://no-such-host.invalid/v1")
    assert seen.ending is Ending.NO_RESPONSE
    assert "'no-such-host.invalid' cannot be resolved" in (seen.error or "")


def test_ipv6() -> None:
    """A gateway at an IPv6 address is reached, and Host has its brackets."""
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")
    with listener:
        listener.settimeout(LIMIT_S)
        port, got = listener.getsockname()[1], []

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                got.append(connection.recv(65536))
                connection.sendall(ANSWER)

        thread = threading.Thread(target=serve, name="gateway")
        thread.start()
        received, seen = ask(f"http://[::1]:{port}/v1")
        thread.join(LIMIT_S)
    assert (received, seen.ending) == (ANSWER, Ending.DONE)
    assert f"Host: [::1]:{port}\r\n".encode() in got[0]


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_trusted_certificate(variable: str, host: str) -> None:
    """An https gateway is reached where its authority is named by one of the usual variables."""
    with tls_gateway() as port:
        received, seen = ask(f"https://{host}:{port}/v1", {variable: str(AUTHORITY)})
    assert received == ANSWER
    assert (seen.ending, seen.text, seen.error) == (Ending.DONE, "Hi", None)


def test_untrusted_certificate() -> None:
    """R10: a certificate that nobody vouches for gives no response, and the error says why."""
    with tls_gateway() as port:
        received, seen = ask(f"https://127.0.0.1:{port}/v1")
    assert received == b""
    assert seen.ending is Ending.NO_RESPONSE
    assert (seen.error or "").startswith(f"the certificate of 127.0.0.1:{port} is not trusted: ")


def test_a_certificate_for_another_host() -> None:
    """A trusted certificate that names another host is not enough."""
    with tls_gateway(certificate="other-host.pem") as port:
        _, seen = ask(f"https://127.0.0.1:{port}/v1", {"SSL_CERT_FILE": str(AUTHORITY)})
    assert seen.ending is Ending.NO_RESPONSE
    assert "is not trusted" in (seen.error or "")
    assert "127.0.0.1" in (seen.error or "")


def test_https_to_a_port_without_tls() -> None:
    """An https address of a gateway that speaks plain HTTP gives no response, and the error names TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT_S)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 400 \r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=serve, name="gateway")
        thread.start()
        port = listener.getsockname()[1]
        _, seen = ask(f"https://127.0.0.1:{port}/v1", {"SSL_CERT_FILE": str(AUTHORITY)})
        thread.join(LIMIT_S)
    assert seen.ending is Ending.NO_RESPONSE
    assert f"TLS with 127.0.0.1:{port} failed" in (seen.error or "")


def test_tls_cut_short() -> None:
    """A gateway that drops a TLS connection in mid-stream is seen as a truncation, like one without TLS."""
    with tls_gateway(SSE_HEAD + chunk(delta("Hi")), close_notify=False) as port:
        received, seen = ask(f"https://127.0.0.1:{port}/v1", {"SSL_CERT_FILE": str(AUTHORITY)})
    assert received == SSE_HEAD + chunk(delta("Hi"))
    assert (seen.ending, seen.text) == (Ending.TRUNCATED, "Hi")


@pytest.mark.parametrize(
    ("kind", "body", "ending"),
    [
        (b"text/event-stream", delta("Hi", "stop") + DONE, Ending.DONE),
        (b"text/event-stream", delta("Hi"), Ending.EOF_WITHOUT_DONE),
        (b"application/json", b'{"a": 1}', Ending.ANSWERED),
        (b"application/octet-stream", b"half of", Ending.UNRECOGNISED),
    ],
)
def test_tls_cut_where_the_connection_ends_the_body(kind: bytes, body: bytes, ending: Ending) -> None:
    """Without a goodbye of TLS only what has an end of its own is whole, and nothing ended properly (RFC 9112, 9.8)."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n" % kind
    asked = request() if kind == b"text/event-stream" else request({"messages": [{}]}, "/v1/other")
    with tls_gateway(head + body, close_notify=False) as port:
        _, seen = ask(f"https://127.0.0.1:{port}/v1", {"SSL_CERT_FILE": str(AUTHORITY)}, asked)
    assert seen.ending is ending
    if ending in (Ending.EOF_WITHOUT_DONE, Ending.UNRECOGNISED):
        assert "TLS was not closed properly" in (seen.error or "")


def test_no_python_hides_a_cut_connection() -> None:
    """An end of TLS without a goodbye is seen, whatever the options that this Python sets by default."""
    assert not tls_context({}).options & ssl.OP_IGNORE_UNEXPECTED_EOF


def test_a_large_answer_over_tls() -> None:
    """Records that wait inside the TLS layer are passed on although the socket itself has nothing to read."""
    body = b"x" * 3_000_000
    answer = b"HTTP/1.1 200 \r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with tls_gateway(answer) as port:
        received, seen = ask(f"https://127.0.0.1:{port}/v1", {"SSL_CERT_FILE": str(AUTHORITY)})
    assert received == answer
    assert seen.response is not None
    assert seen.response.body_size_bytes == len(body)


def test_a_variable_that_points_nowhere(tmp_path: Path) -> None:
    """A certificate file that is not there is refused when the tap is made, by the variable's name."""
    with pytest.raises(GatewayError, match="SSL_CERT_FILE points at"):
        Tap(
            Endpoint("https://127.0.0.1:1/v1", ""),
            start_timer(SystemClock()),
            Redactor(),
            environ={"SSL_CERT_FILE": str(tmp_path / "none.pem")},
        )


def test_a_folder_of_certificates(tmp_path: Path) -> None:
    """A variable may name a folder; one without certificates trusts nobody."""
    with tls_gateway() as port:
        _, seen = ask(f"https://127.0.0.1:{port}/v1", {"SSL_CERT_DIR": str(tmp_path)})
    assert "is not trusted" in (seen.error or "")


@pytest.mark.parametrize(
    ("base_url", "authority", "path"),
    [
        ("http://gw.example.com/v1", "gw.example.com", "/v1"),
        ("http://gw.example.com:80/v1/", "gw.example.com", "/v1"),
        ("https://gw.example.com:443", "gw.example.com", ""),
        ("https://gw.example.com:80/a/b", "gw.example.com:80", "/a/b"),
        ("http://[::1]:8080/v1", "[::1]:8080", "/v1"),
    ],
)
def test_origin(base_url: str, authority: str, path: str) -> None:
    """Host carries a port only where it is not the scheme's own, and the path has no slash at its end."""
    origin = GatewayAddress.of(base_url)
    assert (origin.authority, origin.path) == (authority, path)
