"""The check as a whole, through real sockets: an honest relay passes, a lying proxy is caught."""

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from dvara_examples.core.clock import SystemClock, start_timer
from dvara_examples.core.errors import GatewayError
from dvara_examples.gateway_check.cases import GatewayCase, all_cases
from dvara_examples.gateway_check.check import Checked, check_gateway
from dvara_examples.gateway_check.client import CheckedGateway
from dvara_examples.gateway_check.provider import check_provider
from dvara_examples.gateway_check.recording import EffectKind
from dvara_examples.gateway_check.script import ResponseScript, ScriptPause
from dvara_examples.tap.ending import CloseKind
from tests.gateway_check.proxies import Handle, converter, holding, liar, proxy, relay

FAST = tuple(case for case in all_cases() if not case.slow)
_BROKEN = ("cut", "reset", "early", "error-event", "no-response", "half-tool-call", "broken-json", "ends-in-event", "status-")


def checked_through(handle: Handle, cases: Sequence[GatewayCase]) -> Checked:
    """Check a proxy with *cases*."""
    timer = start_timer(SystemClock())
    with check_provider(timer, "127.0.0.1", 0) as (provider, port), proxy(handle, port) as proxy_port:
        gateway = CheckedGateway(f"http://127.0.0.1:{proxy_port}/v1", "key", "gpt-4o")
        return check_gateway(gateway, provider, cases, timer)


def test_an_honest_relay_passes_every_case() -> None:
    """A relay that only moves bytes hides, changes and retries nothing."""
    checked = checked_through(relay, [case for case in FAST if not case.timed])
    wrong = [f"{r.case.id}: {e}" for r in checked.results for e in r.effects if e.kind is not EffectKind.PASSED_ON]
    assert wrong == []
    assert checked.left_out == ()
    assert len(checked.results) == len(FAST) - 1


def test_a_lying_proxy_is_caught_in_every_case() -> None:
    """A proxy that calls everything whole passes no case, and hides every answer that is not whole."""
    checked = checked_through(liar, FAST)
    assert len(checked.results) == len(FAST)
    assert [r.case.id for r in checked.results if r.worst in (EffectKind.PASSED_ON, EffectKind.REPORTED)] == []
    broken = [r for r in checked.results if any(word in r.case.id for word in _BROKEN) and "client-leaves" not in r.case.id]
    assert len(broken) > 30
    assert [f"{r.case.id}: {r.effects[0]}" for r in broken if r.worst is not EffectKind.HIDDEN] == []
    leaving = {r.case.id: r.worst for r in checked.results if r.case.leaves_after_events}
    assert leaving == dict.fromkeys(("client-leaves", "client-leaves-silence"), EffectKind.KEPT_RUNNING)


def test_a_proxy_that_holds_the_stream_delays_it() -> None:
    """Text that arrives in one block at the end is late, although not a byte of it is changed."""
    checked = checked_through(holding, [case for case in FAST if case.timed])
    (result,) = checked.results
    (effect,) = result.effects
    assert effect.kind is EffectKind.DELAYED
    assert effect.detail.startswith("held whole")


def test_protocols_that_are_converted_are_left_out() -> None:
    """The provider speaks the protocol of the client; where the gateway asks for another, nothing is judged."""
    checked = checked_through(converter, [case for case in FAST if case.id in ("whole", "messages-whole")])
    assert [result.case.id for result in checked.results] == ["whole"]
    assert checked.left_out == ("messages: the gateway asks its provider at '/v1/chat/completions' instead",)


def test_a_provider_that_is_still_sending_is_waited_for() -> None:
    """However long a script takes on a slow machine, its end is seen; only one that is late with a step is given up."""
    now_s, mark = [0.0], "0123456789ab"
    head, part, pause = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", b".", ScriptPause(10.0)
    script = ResponseScript((head, pause, part, pause, part, pause, part))
    request = f"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 18\r\n\r\ncheck-{mark}".encode()
    with check_provider(lambda: now_s[0], "127.0.0.1", 0) as (provider, port), ThreadPoolExecutor(1) as pool:
        provider.expect(mark, GatewayCase("sends", "sends for long", (lambda _mark: script,)))
        with socket.create_connection(("127.0.0.1", port), 30) as connection:
            connection.sendall(request)
            assert connection.recv(1000) == head
            waiting = pool.submit(provider.attempts, mark, 1.0)
            for _ in range(3):
                while provider._step_due_s[mark] < now_s[0] + pause.seconds:
                    wait([waiting], 0.01)
                assert wait([waiting], 0.5).done == set()
                now_s[0] += pause.seconds
                assert connection.recv(1) == part
        (sent,) = waiting.result(30)
    assert sent.close is CloseKind.COMPLETE


def test_a_gateway_that_never_asks_the_provider_is_an_error() -> None:
    """Nothing is judged where the provider is somebody else's."""
    timer = start_timer(SystemClock())
    with check_provider(timer, "127.0.0.1", 0) as (other, port), check_provider(timer, "127.0.0.1", 0) as (provider, _):
        gateway = CheckedGateway(f"http://127.0.0.1:{port}/v1", "key", "gpt-4o")
        with pytest.raises(GatewayError, match=r"expected a request at the scripted provider, found none.*status 404"):
            check_gateway(gateway, provider, FAST[:1], timer)
        assert other.unmarked == 1


def test_a_gateway_that_is_not_there_is_an_error() -> None:
    """A refused connection is one sentence, not a table of failures."""
    timer = start_timer(SystemClock())
    with check_provider(timer, "127.0.0.1", 0) as (_, port):
        pass
    with check_provider(timer, "127.0.0.1", 0) as (provider, _), pytest.raises(GatewayError, match="found no connection"):
        check_gateway(CheckedGateway(f"http://127.0.0.1:{port}/v1", "key", "gpt-4o"), provider, FAST[:1], timer)


def test_ids_of_cases_are_unique() -> None:
    """Expectation files name cases by their ids."""
    assert len({case.id for case in all_cases()}) == len(all_cases())
