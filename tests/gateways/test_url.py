"""A gateway at a URL: how its address is read, and what is said where it cannot be used."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.core.clock import SystemClock
from dvara_examples.core.errors import GatewayError
from dvara_examples.core.world import World
from dvara_examples.embedded_gateway.server import EmbeddedServer
from dvara_examples.gateways import Gateway, open_gateway
from dvara_examples.gateways._probe import probe
from dvara_examples.gateways.url import normalised
from dvara_examples.records.model import Endpoint
from tests.tap.proxying import http_proxy

KEY = "gw_secret_key"
CERTIFICATE = Path(__file__).parent.parent / "data" / "tls" / "cert.pem"
Open = Callable[..., Gateway]


@pytest.fixture
def opened(world: Callable[..., World]) -> Open:
    """Return a function that opens a gateway by URL and key, and closes it at once."""

    def opened(url: str, key: str = KEY, **environ: str) -> Gateway:
        with open_gateway("url", world(DVARA_URL=url, DVARA_API_KEY=key, **environ)) as gateway:
            return gateway

    return opened


def refusal(opened: Open, url: str, **environ: str) -> str:
    """Return the sentence that says why the gateway cannot be used; it never shows the key."""
    with pytest.raises(GatewayError) as caught:
        opened(url, **environ)
    assert KEY not in str(caught.value)
    return str(caught.value)


def http(status: int, body: object, media: str = "application/json", headers: str = "") -> bytes:
    """Return a response that ends with its connection."""
    data = body if isinstance(body, str) else json.dumps(body)
    return f"HTTP/1.1 {status} X\r\nContent-Type: {media}\r\n{headers}Connection: close\r\n\r\n{data}".encode()


@pytest.mark.parametrize(
    ("given", "base_url"),
    [
        ("http://localhost:8080", "http://localhost:8080/v1"),
        ("http://localhost:8080/", "http://localhost:8080/v1"),
        ("http://localhost:8080/v1", "http://localhost:8080/v1"),
        ("http://localhost:8080/v1/", "http://localhost:8080/v1"),
        (" https://gw.example.com//v1// ", "https://gw.example.com/v1"),
        ("HTTPS://gw.example.com/team/a", "https://gw.example.com/team/a/v1"),
        ("https://gw.example.com/team/v1", "https://gw.example.com/team/v1"),
        ("https://gw.example.com/v1/openai", "https://gw.example.com/v1/openai"),
        ("https://gw.example.com/v1beta", "https://gw.example.com/v1beta/v1"),
        ("http://[::1]:8080", "http://[::1]:8080/v1"),
    ],
)
def test_addresses_are_normalised(given: str, base_url: str) -> None:
    """With or without ``/v1`` and slashes, the base URL comes out the same; it ends in its prefix, without a slash."""
    assert normalised(given) == base_url
    assert normalised(base_url) == base_url


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("localhost:8080/v1", "start the address with http:// or https://"),
        ("gw.example.com", "has no scheme"),
        ("ftp://gw.example.com", "the scheme 'ftp'"),
        ("http:///v1", "names no host"),
        ("http://user:pass@gw.example.com/v1", "put the key in DVARA_API_KEY"),
        ("http://gw_secret_key@gw.example.com/v1", "put the key in DVARA_API_KEY"),
        ("http://gw.example.com/v1?key=gw_secret_key", "query or a fragment"),
        ("http://gw.example.com/v1?", "query or a fragment"),
        ("http://gw.example.com/v1#top", "query or a fragment"),
        ("http://gw.example.com/v1/chat/completions", "leave it off"),
        ("http://gw.example.com:eighty/v1", "port is not a number"),
        ("http://gw.example.com:99999/v1", "port is not a number"),
        ("http://gw.example.com:0/v1", "port 0"),
        ("http://[::1/v1", "host is malformed"),
        ("http://gw.example.com/my path", "has a space"),
    ],
)
def test_other_addresses_are_refused(given: str, words: str) -> None:
    """The sentence says what is wrong and what is accepted, and does not repeat what may be secret."""
    with pytest.raises(GatewayError) as caught:
        normalised(given)
    assert words in str(caught.value)
    assert "pass" not in str(caught.value).replace("password", "")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "DVARA_URL is not set"),
        ({"DVARA_URL": ""}, "DVARA_URL is not set"),
        ({"DVARA_URL": "http://127.0.0.1:1"}, "export DVARA_API_KEY="),
        ({"DVARA_URL": "http://127.0.0.1:1", "DVARA_API_KEY": "gw_secret\n"}, "the key alone"),
        ({"DVARA_URL": "http://127.0.0.1:1", "DVARA_API_KEY": "gw secret"}, "the key alone"),
        ({"DVARA_URL": "http://127.0.0.1:1", "DVARA_API_KEY": "gw_…"}, "the key alone"),
    ],
)
def test_address_and_key_are_required(world: Callable[..., World], environ: dict[str, str], words: str) -> None:
    """A missing or impossible variable is named, with the way to set it."""
    with pytest.raises(GatewayError) as caught, open_gateway("url", world(**environ)):
        pass
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_stand_in_is_recognised(opened: Open) -> None:
    """Behind a URL the embedded gateway still has its governance, but cannot be scripted from here."""
    with EmbeddedServer(clock=SystemClock(), default_key=KEY) as embedded:
        gateway = opened(embedded.base_url.removesuffix("/v1"))
        assert (gateway.kind, gateway.description) == ("url", embedded.base_url)
        assert gateway.capabilities == {"governance"}
        assert "claude-sonnet-4-5" in gateway.models
        with gateway.endpoint(["ignored"]) as endpoint:
            assert (endpoint.base_url, endpoint.key) == (embedded.base_url, KEY)
            assert KEY not in repr(gateway)


def test_any_list_of_models_will_do(opened: Open, foreign: Callable[..., str]) -> None:
    """Another gateway promises nothing beyond answers."""
    listed = [{"id": "llama3", "object": "model", "owned_by": "me"}, {"no": "id"}]
    for body in ({"object": "list", "data": listed}, listed):
        gateway = opened(foreign(http(200, body)))
        assert (gateway.models, gateway.capabilities) == (("llama3",), frozenset())


@pytest.mark.parametrize("status", [404, 405, 429, 501])
def test_a_server_without_a_list_is_taken(opened: Open, foreign: Callable[..., str], status: int) -> None:
    """Where no list is available the gateway is used all the same, and its description says what was not checked."""
    url = foreign(http(status, {"detail": "nope"}))
    gateway = opened(url)
    assert gateway.description == f"{url} (lists no models; the key is unchecked)"
    assert (gateway.models, gateway.capabilities) == ((), frozenset())


def test_a_key_that_is_not_accepted(opened: Open) -> None:
    """401 is told with the gateway's own message."""
    with EmbeddedServer(clock=SystemClock()) as embedded:
        told = refusal(opened, embedded.base_url)
    assert "does not accept the key in DVARA_API_KEY (401: Invalid API key)" in told


def test_a_message_that_repeats_the_key_is_not_shown(opened: Open, foreign: Callable[..., str]) -> None:
    """Some servers echo what they refuse."""
    told = refusal(opened, foreign(http(403, {"error": {"message": f"bad key {KEY}"}})))
    assert "(403)" in told


def test_a_wrong_prefix_is_told(opened: Open) -> None:
    """A DVARA that answers, but not at this path, is not taken for a server without a list."""
    with EmbeddedServer(clock=SystemClock(), default_key=KEY) as embedded:
        told = refusal(opened, embedded.base_url.replace("/v1", "/gateway"))
    assert "check the part before /v1" in told


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http(200, "<!doctype html><p>Welcome", "text/html"), "an HTML page (200)"),
        (http(404, "<html>", "text/plain"), "an HTML page (404)"),
        (http(200, {"status": "UP"}), "no list of models"),
        (http(200, "OK", "text/plain"), "no list of models"),
        (http(503, {"error": {"message": "starting"}}), "answers 503: starting; check that it is up"),
        (http(500, ""), "answers 500; check"),
        (
            http(400, {"error": {"message": "No such key."}}),
            "answers 400: No such key; check DVARA_URL and the key in DVARA_API_KEY",
        ),
        (http(301, "", headers="Location: https://gw.example.com/v1/models\r\n"), "redirects to another address (301)"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "without a proper answer"),
        (bytes.fromhex("00000c040000000000000300000064000400100000"), "speaks only HTTP/2; this tool needs HTTP/1.1; switch"),
    ],
)
def test_what_is_no_gateway_is_told(opened: Open, foreign: Callable[..., str], answer: bytes, words: str) -> None:
    """The sentence names the address, what came from there, and what to check."""
    url = foreign(answer)
    told = refusal(opened, url)
    assert words in told
    assert url in told


def test_nothing_listens(opened: Open) -> None:
    """A refused connection is told with the address and the next step."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert f"nothing listens at http://127.0.0.1:{port}/v1; start the gateway" in refusal(opened, f"http://127.0.0.1:{port}")


def test_an_unknown_host(opened: Open) -> None:
    """A name that no resolver can know is told as such."""
    assert "is not known to this machine" in refusal(opened, "http://gateway.invalid:8080")


def test_a_server_that_says_nothing(world: Callable[..., World], foreign: Callable[..., str]) -> None:
    """The wait for an answer is bounded."""
    with pytest.raises(GatewayError, match="does not answer in time"):
        probe(Endpoint(foreign(b""), KEY), world(), patience_s=0.2)


def test_tls_is_verified(opened: Open, foreign: Callable[..., str]) -> None:
    """A certificate that nobody vouches for is refused; one that the environment vouches for is not."""
    url = foreign(http(200, {"data": [{"id": "m"}]}), tls=True)
    told = refusal(opened, url)
    assert f"no TLS connection to {url} (self-signed certificate)" in told.replace("self signed", "self-signed")
    assert "SSL_CERT_FILE" in told
    assert opened(url, SSL_CERT_FILE=str(CERTIFICATE)).models == ("m",)


def test_certificates_that_cannot_be_read(opened: Open, tmp_path: Path) -> None:
    """A variable that names no certificates is named itself."""
    assert "SSL_CERT_FILE" in refusal(opened, "https://127.0.0.1:1", SSL_CERT_FILE=str(tmp_path / "none.pem"))


def test_tls_where_none_is_spoken(opened: Open) -> None:
    """``https`` in front of a gateway in clear text is told as such."""
    with EmbeddedServer(clock=SystemClock(), default_key=KEY) as embedded:
        assert "does not speak TLS" in refusal(opened, embedded.base_url.replace("http:", "https:"))


def test_proxies_and_netrc_of_the_machine_are_left_alone(
    opened: Open, foreign: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The gateway is asked directly, with the given key, whatever else the process's environment says."""
    monkeypatch.setenv("http_proxy", foreign(http(200, "<html>", "text/html")))
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with EmbeddedServer(clock=SystemClock(), default_key=KEY) as embedded:
        assert opened(embedded.base_url).models


def test_the_models_are_asked_for_through_a_proxy(opened: Open) -> None:
    """An http gateway behind a proxy is asked through a tunnel, as the examples' requests are."""
    with EmbeddedServer(clock=SystemClock()) as embedded:
        port = int(embedded.base_url.removesuffix("/v1").rpartition(":")[2])
        with http_proxy(port) as proxy:
            gateway = opened("http://gw.example:8080", embedded.default_key, HTTP_PROXY=proxy.url)
    assert gateway.models
    assert gateway.remote
    assert proxy.asked == [b"CONNECT gw.example:8080 HTTP/1.1\r\nHost: gw.example:8080\r\n\r\n"]


def test_a_proxy_that_lets_nobody_through(opened: Open) -> None:
    """Its refusal is one sentence that shows neither the key nor what the proxy would be opened with."""
    with http_proxy(0, b"HTTP/1.1 407 X\r\n\r\n") as proxy:
        told = refusal(opened, "https://gw.example", HTTPS_PROXY=f"http://user:canary@127.0.0.1:{proxy.port}")
    assert told == (
        f"the gateway at https://gw.example/v1 cannot be reached: the proxy 127.0.0.1:{proxy.port} (from HTTPS_PROXY) "
        "does not accept the user name and the password in HTTPS_PROXY (407); check them"
    )


def test_loopback_is_no_business_of_a_proxy(opened: Open) -> None:
    """A proxy that the environment names for everything is not asked for a gateway on this machine."""
    with EmbeddedServer(clock=SystemClock()) as embedded:
        assert not opened(embedded.base_url, embedded.default_key, ALL_PROXY="http://127.0.0.1:9").remote
