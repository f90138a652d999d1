"""The tap in the foreground, for ``dvara-examples tap``: between any client and any gateway, until interrupted.

The tap's threads put events on a bounded queue; the main thread shows them. A slow terminal, or a pipe that
nobody reads, loses lines on the screen, but no byte of the traffic or of what is stored.
"""

import queue
import select
import shlex
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from dvara_examples.core.clock import Clock, start_timer
from dvara_examples.core.curl import ready_curl
from dvara_examples.core.errors import GatewayError
from dvara_examples.core.redaction import Redactor
from dvara_examples.core.signals import interruptible
from dvara_examples.faults import Faults, in_words
from dvara_examples.records.model import Endpoint
from dvara_examples.records.transcript import Exchange, ProcessEnd, RunInfo, Transcript
from dvara_examples.records.transcript_file import write_transcript
from dvara_examples.reports._exchange_lines import ExchangeLines, counted
from dvara_examples.tap import Tap, TapEvent
from dvara_examples.tap.progress import EventPassed

ROOM = 2_000
"""So much may wait to be shown; beyond it events are left out, and beyond twice of it the rest as well."""
_TICK_S = 0.1
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "0.0.0.0"})  # noqa: S104 - recognised, not bound
_BROKERED = "clients get the throw-away key below; the tap puts the real one in"
_PASSED_ON = "clients use a key of their own: it passes through, and is neither shown nor stored"
_NO_PROCESS = "no example ran: these exchanges were recorded by dvara-examples tap"


@dataclass(frozen=True, slots=True)
class TapOptions:
    """The options of the command: *port* 0 uses a free port, *save* is the file for the exchanges, *model* is for the hint.

    *faults* apply to the responses in the order of the requests; after the last one nothing is changed.
    """

    upstream: Endpoint
    port: int
    save: Path | None
    model: str
    faults: tuple[Faults, ...] = ()


def tap_until_stopped(wanted: TapOptions, environ: Mapping[str, str], clock: Clock, stdout: TextIO) -> None:
    """Relay, record and show until SIGINT or SIGTERM, then store the exchanges if wanted.

    Raises GatewayError if the port or the address cannot be used, and OSError if the file cannot be written or
    *stdout* is closed; the exchanges are stored in the latter case too.
    """
    _refuse_itself(wanted)
    stop, feed, show = threading.Event(), Feed(), ExchangeLines()
    screen = _Screen(stdout, stop)
    started_utc, timer = clock.utc_now().isoformat(timespec="milliseconds"), start_timer(clock)
    with interruptible(stop):
        keep = wanted.save is not None
        tap = Tap(
            wanted.upstream,
            timer,
            Redactor(),
            environ=environ,
            port=wanted.port,
            on_event=feed.put,
            keep=keep,
            faults=wanted.faults,
        )
        try:
            with tap:
                screen.write(_greeting(wanted, tap.endpoint))
                while not stop.is_set():
                    screen.write(_shown(feed, show, _TICK_S))
            while lines := _shown(feed, show, 0.0):
                screen.write(lines)
        finally:
            if wanted.save is not None:
                write_transcript(wanted.save, recorded(wanted.upstream, tap.exchanges(), started_utc, timer(), tap.notes()))
        where = f" stored in {wanted.save}" if wanted.save else ""
        screen.write((counted(show.ended, "exchange") + where,))


def recorded(
    upstream: Endpoint, exchanges: tuple[Exchange, ...], started_utc: str, duration_s: float, notes: tuple[str, ...] = ()
) -> Transcript:
    """Return *exchanges* and *notes* as a transcript without a process and without expectations."""
    run = RunInfo(
        variant_id="tap",
        example_id="tap",
        language="",
        file="",
        gateway=upstream.base_url,
        started_utc=started_utc,
        reproduce=shlex.join(("dvara-examples", "tap", upstream.base_url)),
    )
    end = ProcessEnd(exit_code=None, duration_s=duration_s, error=_NO_PROCESS)
    return Transcript(run, {}, end, exchanges=exchanges, notes=notes)


class Feed:
    """A queue from the tap's threads to the thread that shows events; putting never waits."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[TapEvent] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._lost = 0

    def put(self, told: TapEvent) -> None:
        """Add an event, or count it as lost if too many are waiting."""
        if self._waiting.qsize() < (ROOM if isinstance(told, EventPassed) else 2 * ROOM):
            self._waiting.put(told)
        else:
            with self._lock:
                self._lost += 1

    def take(self, limit_s: float) -> TapEvent | None:
        """Return the next event, or None if none comes within *limit_s*."""
        try:
            return self._waiting.get(timeout=limit_s)
        except queue.Empty:
            return None

    def lost(self) -> int:
        """Return how many events were lost since the last call."""
        with self._lock:
            lost, self._lost = self._lost, 0
        return lost


class _Screen:
    """Writes lines to a stream as fast as it accepts them; after *stop*, gives up at the first that does not fit."""

    def __init__(self, stream: TextIO, stop: threading.Event) -> None:
        self._stream = stream
        self._stop = stop
        self._given_up = False
        self._room = select.poll()
        self._room.register(stream.fileno(), select.POLLOUT)

    def write(self, lines: Iterable[str]) -> None:
        """Write *lines*, each short enough to fit into a pipe at once. Raises BrokenPipeError if the reader has left."""
        encoding = self._stream.encoding
        for line in lines:
            while not self._given_up and not self._room.poll(_TICK_S * 1000):
                self._given_up = self._stop.is_set()
            if self._given_up:
                return
            self._stream.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
            self._stream.flush()


def _shown(feed: Feed, show: ExchangeLines, limit_s: float) -> tuple[str, ...]:
    """Return the lines for the next event; none if no event comes within *limit_s*."""
    told = feed.take(limit_s)
    lost = feed.lost()
    note = (f"[{counted(lost, 'line')} left out: they came faster than they could be shown]",) if lost else ()
    return (*note, *show.lines(told)) if told is not None else note


def _refuse_itself(wanted: TapOptions) -> None:
    """Raise GatewayError for a tap that is its own gateway, and would ask itself forever."""
    parts = urlsplit(wanted.upstream.base_url)
    if parts.port == wanted.port and parts.hostname in _LOOPBACK:
        raise GatewayError(
            f"the gateway's address {wanted.upstream.base_url} is the port that the tap itself would listen on",
            "choose another with --port (0 takes any that is free), or check the address",
        )


def _greeting(wanted: TapOptions, own: Endpoint) -> Iterator[str]:
    """Yield the lines that a user needs to try it."""
    upstream = wanted.upstream
    yield f"the tap in front of {upstream.base_url} is up; Ctrl-C ends it"
    yield _BROKERED if upstream.key else _PASSED_ON
    for number, faults in enumerate(wanted.faults, 1):
        yield f"request {number} meets this: {in_words(faults)}"
    yield ""
    yield f"export DVARA_URL={own.base_url}"
    if upstream.key:
        yield f"export DVARA_API_KEY={own.key}"
    else:
        yield "export DVARA_API_KEY=…  # a key that the gateway accepts"
    yield ""
    yield from ready_curl(wanted.model)
    yield ""
