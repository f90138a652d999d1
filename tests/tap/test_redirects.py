"""Redirects lead back through the tap where they lead to the same gateway; where they lead elsewhere that is told."""

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.tap.rewrite import CHANGED, GatewayAddress, led_home
from tests.tap.scripted import DONE, LAST_CHUNK, REAL_KEY, SSE_HEAD, STREAM, Line, chunk, delta, open_line, request

GATEWAY = GatewayAddress.of("http://gw.example:8080/team/v1")


def redirect(location: str, status: int = 307) -> bytes:
    """Return a redirect without a body."""
    return f"HTTP/1.1 {status} Moved\r\nX-A: 1\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize("path", ["/v1", "/team/v1"])
def test_a_redirect_to_the_gateway_itself_is_led_back_through_the_tap(path: str) -> None:
    """The client comes back with the throw-away key, and the real one goes where it always goes: to the gateway."""
    with open_line(path=path) as line:
        key = {"Authorization": f"Bearer {line.tap.endpoint.key}"}
        client, gateway, _ = line.ask(request(headers={**key, "Host": f"localhost:{line.port}"}))
        gateway.send(redirect(f"http://127.0.0.1:{line.gateway_port}{path}/chat/completions/?a=b"))
        head = client.receive_head()
        assert f"\r\nLocation: http://localhost:{line.port}/v1/chat/completions/?a=b\r\n".encode() in head
        client.send(request(STREAM, "/v1/chat/completions/?a=b", {**key, "Host": f"localhost:{line.port}"}))
        again = gateway.receive_request()
        assert again.startswith(f"POST {path}/chat/completions/?a=b HTTP/1.1\r\n".encode())
        assert REAL_KEY.encode() in again
        answer = SSE_HEAD + chunk(delta("Hi") + delta(finish="stop") + DONE) + LAST_CHUNK
        gateway.send(answer)
        client.receive(len(answer))
        first, second = line.exchanges()
        assert CHANGED in first.notes
        assert first.unread is None
        assert second.ending is Ending.DONE


@pytest.mark.parametrize("location", ["https://elsewhere.example/v1/chat/completions", "//elsewhere.example/v1"])
def test_a_redirect_past_the_tap_is_told_and_nothing_is_claimed_of_what_follows(line: Line, location: str) -> None:
    """The address stays as it is, and the exchange says that the rest was not seen."""
    client, gateway, _ = line.ask()
    gateway.send(redirect(location, 308))
    client.receive(len(redirect(location, 308)))
    seen = line.exchange()
    assert seen.ending is Ending.UNRECOGNISED
    assert seen.unread is not None
    assert seen.unread.startswith("cannot tell what followed: the gateway redirects to http")
    assert seen.unread.endswith("elsewhere.example (308), past the tap")


def test_a_relative_redirect_stays_as_it_is(line: Line) -> None:
    """It leads to the tap by itself."""
    client, gateway, _ = line.ask()
    sent = redirect("/v1/chat/completions/")
    gateway.send(sent)
    assert client.receive(len(sent)) == sent
    seen = line.exchange()
    assert (seen.unread, seen.ending) == (None, Ending.NOT_A_STREAM)


@pytest.mark.parametrize(
    ("piece", "changed"),
    [
        (redirect("http://gw.example:8080/team/v1/x#y"), redirect("http://127.0.0.1:5/v1/x#y")),
        (redirect("HTTP://GW.example:8080/team/v1"), redirect("http://127.0.0.1:5/v1")),
        (redirect("http://gw.example:8080/login"), redirect("http://127.0.0.1:5/login")),
        (redirect("http://gw.example:8080"), redirect("http://127.0.0.1:5")),
        (redirect("http://gw.example:8080/v1/x"), None),
        (redirect("https://gw.example:8080/team/v1"), None),
        (redirect("http://gw.example/team/v1"), None),
        (redirect("http://gw.example:port/"), None),
        (redirect("/team/v1/x"), None),
        (redirect("http://gw.example:8080/team/v1", 304), None),
        (redirect("http://gw.example:8080/team/v1", 200), None),
        (redirect("http://gw.example:8080/team/v1")[:-2], None),
        (b"HTTP/1.1 302 Found\r\n\r\nLocation: http://gw.example:8080/team/v1/x\r\n\r\n", None),
    ],
)
def test_only_a_redirect_to_the_same_origin_is_changed(piece: bytes, changed: bytes | None) -> None:
    """Scheme, host and port must be the gateway's; whatever is no whole redirect passes as it is."""
    assert led_home(piece, GATEWAY, "127.0.0.1:5") == changed
