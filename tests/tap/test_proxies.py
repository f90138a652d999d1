"""The way to a gateway through the proxy that the environment names."""

from collections.abc import Mapping

import pytest

from dvara_examples.core.errors import GatewayError
from dvara_examples.records.model import Ending
from dvara_examples.tap.proxies import proxy_for
from dvara_examples.tap.rewrite import GatewayAddress, is_loopback
from tests.tap.proxying import basic, http_proxy
from tests.tap.test_upstream import ANSWER, AUTHORITY, ask, tls_gateway

SECRET = "pw_canary_5e1f"
P = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("base_url", "environ", "variable"),
    [
        ("https://gw.example/v1", {}, None),
        ("https://gw.example/v1", {"HTTPS_PROXY": P}, "HTTPS_PROXY"),
        ("https://gw.example/v1", {"HTTPS_PROXY": P, "https_proxy": P}, "https_proxy"),
        ("https://gw.example/v1", {"HTTP_PROXY": P}, None),
        ("https://gw.example/v1", {"HTTPS_PROXY": " ", "ALL_PROXY": P}, "ALL_PROXY"),
        ("http://gw.example/v1", {"http_proxy": P, "ALL_PROXY": P}, "http_proxy"),
        ("http://gw.example/v1", {"HTTPS_PROXY": P}, None),
        ("http://gw.example/v1", {"all_proxy": "proxy.example:3128"}, "all_proxy"),
        ("http://localhost:8080/v1", {"ALL_PROXY": P}, None),
        ("http://127.0.0.2/v1", {"ALL_PROXY": P}, None),
        ("http://[::1]:8080/v1", {"ALL_PROXY": P}, None),
    ],
)
def test_which_variable_counts(base_url: str, environ: Mapping[str, str], variable: str | None) -> None:
    """The scheme's own variable goes before the one for all, lower case before upper, and loopback is reached straight."""
    proxy = proxy_for(GatewayAddress.of(base_url), environ)
    assert (proxy.variable if proxy else None) == variable
    assert proxy is None or (proxy.host, proxy.port) == ("proxy.example", 3128)


@pytest.mark.parametrize(
    ("host", "listed", "exempt"),
    [
        ("gw.example", "*", True),
        ("gw.example", "gw.example", True),
        ("gw.example", "other, GW.example ,third", True),
        ("eu.gw.example", "gw.example", True),
        ("eu.gw.example", ".gw.example", True),
        ("eu.gw.example", "*.gw.example", True),
        ("notgw.example", "gw.example", False),
        ("gw.example", "eu.gw.example", False),
        ("gw.example:8443", "gw.example:8443", True),
        ("gw.example:8443", "gw.example:443", False),
        ("gw.example", "gw.example:443", True),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "192.168.0.0/16", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("[2001:db8::1]", "2001:db8::/32", True),
        ("[2001:db8::1]", "[2001:db8::1]:443", True),
        ("gw.example", "not/a/network, ,", False),
    ],
)
def test_no_proxy(host: str, listed: str, exempt: bool) -> None:
    """Names mean themselves and what is below them, networks their addresses, and a port narrows an entry down."""
    environ = {"HTTPS_PROXY": P, "no_proxy": listed}
    assert (proxy_for(GatewayAddress.of(f"https://{host}/v1"), environ) is None) is exempt


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (f"socks5://user:{SECRET}@proxy.example:1080", "'socks5'"),
        (f"https://user:{SECRET}@proxy.example", "'https'"),
        (f"http://user:{SECRET}@proxy.example:port", "names no valid proxy"),
        (f"http://user:{SECRET}@", "without a host"),
    ],
)
def test_a_proxy_that_cannot_be_used(value: str, told: str) -> None:
    """The sentence names the variable and what is accepted, and never the credentials."""
    with pytest.raises(GatewayError) as caught:
        proxy_for(GatewayAddress.of("https://gw.example"), {"HTTPS_PROXY": value})
    assert str(caught.value).startswith("HTTPS_PROXY names")
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_proxy_shows_no_credentials() -> None:
    """Neither its words nor its representation hold what it is let in by, plain or encoded."""
    proxy = proxy_for(GatewayAddress.of("https://gw.example"), {"HTTPS_PROXY": f"http://user:{SECRET}@proxy.example"})
    assert proxy is not None
    assert proxy.credentials is not None
    shown = f"{proxy} {proxy!r}"
    assert SECRET not in shown
    assert proxy.credentials not in shown
    assert str(proxy) == "the proxy proxy.example:80 (from HTTPS_PROXY)"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "api.localhost", "127.8.9.1", "::1"])
def test_this_machine(host: str) -> None:
    """Loopback is known by its names and addresses."""
    assert is_loopback(host)
    assert not is_loopback(host + ".example")


def test_https_through_a_proxy() -> None:
    """TLS goes through the tunnel, is verified for the gateway's own name, and the answer comes back byte for byte."""
    with tls_gateway(certificate="other-host.pem") as port, http_proxy(port) as proxy:
        environ = {"HTTPS_PROXY": proxy.url.replace("//", f"//us%40er:{SECRET}@"), "SSL_CERT_FILE": str(AUTHORITY)}
        received, seen = ask("https://other.example/v1", environ)
    assert received == ANSWER
    assert seen.ending is Ending.DONE
    (asked,) = proxy.asked
    assert asked.startswith(b"CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n")
    assert basic("us@er", SECRET) in asked


def test_the_gateway_behind_a_proxy_is_verified() -> None:
    """A proxy that leads elsewhere than it was asked to gains nothing: the certificate is of another name."""
    with tls_gateway(certificate="server.pem") as port, http_proxy(port) as proxy:
        _, seen = ask("https://other.example/v1", {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": str(AUTHORITY)})
    assert seen.ending is Ending.NO_RESPONSE
    assert "the certificate of other.example is not trusted" in (seen.error or "")


@pytest.mark.parametrize(
    ("answer", "credentials", "told"),
    [
        (b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\n\r\n", "", "wants a user name and a password (407)"),
        (b"HTTP/1.1 407 Who\r\n\r\n", f"user:{SECRET}@", "does not accept the user name and the password in HTTPS_PROXY (407)"),
        (b"HTTP/1.1 403 No\r\n\r\n", f"user:{SECRET}@", "makes no connection to gw.example:443 (403)"),
        (b"HTTP/1.1 503 Later\r\n\r\n", "", "makes no connection to gw.example:443 (503)"),
        (b"220 mail.example ESMTP\r\n\r\n", "", "does not answer as an HTTP proxy does"),
        (b"HTTP/1.1 200 OK\r\n", "", "does not answer as an HTTP proxy does"),
        (b"x" * 20_000, "", "does not answer as an HTTP proxy does"),
    ],
)
def test_a_proxy_that_refuses(answer: bytes, credentials: str, told: str) -> None:
    """The exchange has no response, and its sentence names proxy, variable and reason, but no credentials."""
    with http_proxy(0, answer) as proxy:
        received, seen = ask("https://gw.example/v1", {"HTTPS_PROXY": f"http://{credentials}127.0.0.1:{proxy.port}"})
    assert (received, seen.ending) == (b"", Ending.NO_RESPONSE)
    assert (seen.error or "").startswith(f"the proxy 127.0.0.1:{proxy.port} (from HTTPS_PROXY)")
    assert told in (seen.error or "")
    assert SECRET not in repr(seen)


def test_a_proxy_that_is_not_there() -> None:
    """Where nothing listens, it is the proxy that is named, not the gateway."""
    with http_proxy(0) as proxy:
        pass
    _, seen = ask("http://gw.example/v1", {"http_proxy": f"http://user:{SECRET}@127.0.0.1:{proxy.port}"})
    assert seen.error == f"no connection to the proxy 127.0.0.1:{proxy.port} (from http_proxy): connection refused"
