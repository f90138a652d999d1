"""What the tap costs: latency per streamed piece, bulk throughput and memory; next to no relay, the plainest one and toxiproxy.

Server, relay and client are processes of their own. Goals: ≤ 100 µs added per piece (median) and ≤ 0.8 of
toxiproxy's, ≥ 1 GB/s, ≤ 64 MB.
"""

import re
import socket
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from bench._ends import BLOCK_BYTES, LIMIT_S, End, in_a_process, plain_relay, serve, tap, toxiproxy

ROUNDS = 3
EVENTS = 300
PAUSE_US = 2_000
SIDE_BY_SIDE = 8
BULK_BYTES = 512 * 1024 * 1024
BURST = 50_000
MANY_EVENTS = 1_000_000
LARGE_BYTES = 1024 * 1024 * 1024
_SENT_NS = re.compile(rb'"content": "(\d{20})"')


def main() -> None:
    """Print all figures."""
    with ExitStack() as stack:
        server = stack.enter_context(in_a_process(serve))
        ways: dict[str, End] = {
            "direct": server,
            "plain relay": stack.enter_context(in_a_process(plain_relay, server.port)),
            "tap": stack.enter_context(in_a_process(tap, server.port)),
        }
        if (other := stack.enter_context(toxiproxy(server.port))) is not None:
            ways["toxiproxy"] = other
        _print_latency("latency of a piece, one stream", _in_turn(ways, lambda end: _latencies(end.port)))
        _print_latency(f"latency of a piece, {SIDE_BY_SIDE} streams", _in_turn(ways, _latencies_side_by_side))
        _print_rates("bulk, one response", "GB", _in_turn(ways, lambda end: _rates(end, "body", BULK_BYTES, 1e9)))
        _print_rates("events in a burst", "k events", _in_turn(ways, lambda end: _rates(end, "burst", BURST, 1e3)))
        for streams in (1, SIDE_BY_SIDE):
            _print_growth("events", server, "burst", MANY_EVENTS, streams)
            _print_growth("bytes of body", server, "body", LARGE_BYTES, streams)


Measured = dict[str, list[list[float]]]


def _in_turn(ways: dict[str, End], measure: Callable[[End], list[float]]) -> Measured:
    """Measure each way in turn, round after round, the first one uncounted."""
    found: Measured = {name: [] for name in ways}
    for number in range(-1, ROUNDS):
        for name, end in ways.items():
            values = measure(end)
            if number >= 0:
                found[name].append(values)
    return found


def _latencies(port: int) -> list[float]:
    """Return the seconds from the sending of each event to its arrival."""
    found, rest = list[float](), b""
    with _asked(port, f"paced/{EVENTS}/{PAUSE_US}") as connection:
        while b"[DONE]" not in rest:
            data = connection.recv(BLOCK_BYTES)
            if not data:
                raise SystemExit("a stream of events ended too early")
            now_ns, rest = time.monotonic_ns(), rest + data
            found += ((now_ns - int(sent_ns)) / 1e9 for sent_ns in _SENT_NS.findall(rest))
            rest = _SENT_NS.split(rest)[-1]
    return found


def _latencies_side_by_side(end: End) -> list[float]:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return [value for values in pool.map(_latencies, [end.port] * SIDE_BY_SIDE) for value in values]


def _rates(end: End, kind: str, size: int, unit: float) -> list[float]:
    """Return how many units of a response came per second, and per second of the process's own time."""
    _, before_s = end.used()
    took_s = receive(end.port, kind, size)
    cpu_s = end.used()[1] - before_s
    return [size / unit / took_s, size / unit / max(cpu_s, 1e-3)]


def receive(port: int, kind: str, size: int) -> float:
    """Receive a whole response and return the seconds that it took from the request on."""
    buffer = memoryview(bytearray(4 * BLOCK_BYTES))
    began_s, got, last = time.perf_counter(), 0, b""
    with _asked(port, f"{kind}/{size}") as connection:
        while not (last.endswith(b"0\r\n\r\n") if kind == "burst" else got >= size):
            count = connection.recv_into(buffer)
            if not count:
                raise SystemExit(f"the response of {kind}/{size} ended after {got} bytes")
            got += count
            last = bytes(buffer[max(0, count - 5) : count])
        return time.perf_counter() - began_s


def _asked(port: int, what: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), LIMIT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(f"GET /v1/{what} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
    return connection


def _print_latency(title: str, found: Measured) -> None:
    base_us = _median_us(found["direct"])
    print(f"{title}", flush=True)
    for name, rounds in found.items():
        late_us = statistics.quantiles([value * 1e6 for values in rounds for value in values], n=100)[98]
        median_us = _median_us(rounds)
        print(f"    {name:12} median {median_us:6.0f} µs, added {median_us - base_us:6.0f} µs, 99th percentile {late_us:6.0f} µs")
    if "toxiproxy" in found:
        ours, theirs = (_median_us(found[name]) - base_us for name in ("tap", "toxiproxy"))
        print(f"    tap ÷ toxiproxy, added: {ours / theirs:4.2f}   goal ≤ 0.8")


def _median_us(rounds: list[list[float]]) -> float:
    return statistics.median(value * 1e6 for values in rounds for value in values)


def _print_rates(title: str, unit: str, found: Measured) -> None:
    middle = {name: [statistics.median(values) for values in zip(*rounds, strict=True)] for name, rounds in found.items()}
    print(f"{title}", flush=True)
    for name, (rate, own) in middle.items():
        ratios = f"÷ direct {rate / middle['direct'][0]:4.2f}, ÷ plain relay {rate / middle['plain relay'][0]:4.2f}"
        print(f"    {name:12} {rate:8.2f} {unit}/s, {ratios}, {own:8.2f} {unit} per second of its own time")


def _print_growth(what: str, server: End, kind: str, size: int, streams: int) -> None:
    """Measure the peak of a fresh tap's memory before and after *size* in all, in so many *streams* at once."""
    with in_a_process(tap, server.port) as relay, ThreadPoolExecutor(streams) as pool:
        receive(relay.port, "burst", 1000)
        before_mb, _ = relay.used()
        took_s = max(pool.map(lambda _: receive(relay.port, kind, size // streams), range(streams)))
        grown_mb = relay.used()[0] - before_mb
    print(
        f"memory over {size:,} {what}, {streams} at once: {before_mb:.0f} MB + {grown_mb:.1f} MB   ({took_s:.1f} s)", flush=True
    )


if __name__ == "__main__":
    main()
