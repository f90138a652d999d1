"""Relays one client connection to one gateway connection, both ways at once, in one thread.

Sockets never block; one ``poll`` waits for whatever comes first. A side that cannot accept more is not read for, so a
slow reader slows its writer down and costs no memory. Response bytes are handed to the client first and looked at second.

How a side ends is passed on as it came: FIN as FIN, RST as RST. A FIN from the client alone does not say whether the
client is gone or has only finished sending: its answer goes on, until the client's side refuses it or the gateway has
been silent for :data:`GONE_AFTER_S`.
"""

import select
import socket
from typing import TYPE_CHECKING, NoReturn

from dvara_examples.tap.conversation import Conversation
from dvara_examples.tap.downstream import Downstream
from dvara_examples.tap.ending import CloseKind, GatewayClosed
from dvara_examples.tap.exchange_log import Wiring
from dvara_examples.tap.requests import NOT_HTTP, BodyPart, RequestSplitter
from dvara_examples.tap.rewrite import CHANGED, led_home
from dvara_examples.tap.upstream import Upstream, connect
from dvara_examples.tap.waiting import GONE, Stopped, Unreachable, Waiter
from dvara_examples.wire.http import RequestHead
from dvara_examples.wire.parts import Fin, Note, Rst, Send

if TYPE_CHECKING:
    from dvara_examples.tap.fault_injector import Spoiler

GONE_AFTER_S = 1.0
"""A client that sent a FIN counts as gone once the gateway has been silent for so long."""
LINGER_S = 1.0
"""After the gateway's FIN the client has so long to close its side."""
_RST_TICK_S = 0.005
_READ_BYTES = 64 * 1024
_BULK_BYTES = 1024 * 1024
"""So much is read at once from a gateway that has once filled the buffer: fewer, larger steps carry more."""


class _Over(Exception):  # noqa: N818 - the regular end of a relay
    """Nothing more can be relayed."""


_THREE = ord("3")
"""The first digit of a redirect's status, behind ``HTTP/1.1``."""


def _spoiler(wiring: Wiring) -> "Spoiler | None":
    """Return what applies the faults, if there are any."""
    if wiring.schedule is None:
        return None
    from dvara_examples.tap.fault_injector import Spoiler

    return Spoiler(wiring.schedule, wiring.timer)


class Relay:
    """One client connection, served by :meth:`run` in a separate thread, which then owns the *client* socket."""

    def __init__(self, client: socket.socket, number: int, wiring: Wiring) -> None:
        self._client = Downstream(client)
        self._wiring = wiring
        self._timer = wiring.timer
        self._seen = Conversation(number, wiring.ledger, self._client.refuses)
        self._splitter = RequestSplitter()
        self._spoiler = _spoiler(wiring)
        self._upstream: Upstream | None = None
        self._waiter = Waiter(wiring.stopping)
        self._from_gateway = memoryview(bytearray(_READ_BYTES))
        self._from_client = memoryview(bytearray(_READ_BYTES))
        self._unsent = memoryview(b"")
        self._client_sends = True
        self._gateway_sends = True
        self._gateway_takes = True
        self._was_reset = False
        self._deadline_s: float | None = None

    def run(self) -> None:
        """Relay until both sides have ended or the tap is closed; every exchange is in the log afterwards."""
        try:
            while not self._turn():
                pass
            self._last_look()
        except (_Over, Stopped):
            pass
        finally:
            self._seen.end(self._timer())
            if self._upstream is not None:
                self._upstream.close()
            self._client.close()

    def _turn(self) -> bool:
        """Wait for something to happen and handle it; True once the tap is being closed."""
        self._watch()
        ready = self._waiter.wait(self._patience_s())
        self._handle(ready)
        self._play()
        if self._deadline_s is not None and self._timer() >= self._deadline_s:
            raise _Over
        return self._waiter.stopped(ready)

    def _last_look(self) -> None:
        """Handle once more what has already come: a process that has just ended may have left its FIN here."""
        self._watch()
        self._handle(self._waiter.wait(0.0))

    def _handle(self, ready: dict[int, int]) -> None:
        """Handle the client first: then it is known exactly how much it had heard when it left."""
        happened = ready.get(self._client.fileno(), 0)
        if happened & select.POLLOUT:
            self._deliver_rest()
        if happened & select.POLLIN:
            self._read_client()
        elif happened & GONE:
            self._client_gone()
        if self._upstream is None:
            return
        happened = ready.get(self._upstream.fileno(), 0)
        if self._unsent and happened & (select.POLLOUT | GONE):
            self._send_rest()
        if (happened & ~select.POLLOUT or self._upstream.buffered()) and self._gateway_sends and not self._held_up:
            self._read_gateway()

    # what is waited for

    def _watch(self) -> None:
        """Ask for the events that can be handled now."""
        client = select.POLLOUT if self._client.waiting else 0
        if self._client_sends and not self._unsent:
            client |= select.POLLIN
        self._waiter.want(self._client.fileno(), client)
        if self._upstream is None:
            return
        gateway = select.POLLIN if self._gateway_sends and not self._held_up else 0
        if self._unsent:
            gateway |= select.POLLOUT
        self._waiter.want(self._upstream.fileno(), gateway or None)

    def _patience_s(self) -> float | None:
        if self._upstream is not None and self._upstream.buffered() and not self._held_up:
            return 0.0
        until_s = self._deadline_s
        if self._spoiler is not None and self._spoiler.resume_at_s is not None:
            until_s = self._spoiler.resume_at_s if until_s is None else min(until_s, self._spoiler.resume_at_s)
        return None if until_s is None else max(0.0, until_s - self._timer() + 0.001)

    @property
    def _held_up(self) -> bool:
        """Whether something is still to be passed on before the gateway is read again."""
        return bool(self._client.waiting) or (self._spoiler is not None and self._spoiler.busy)

    # from the gateway to the client

    def _read_gateway(self) -> None:
        assert self._upstream is not None
        try:
            size = self._upstream.recv_into(self._from_gateway)
        except OSError as error:
            self._gateway_reset(error)
        if size is None:
            return
        if size == 0 and self._was_reset:
            self._gateway_reset(ConnectionResetError())
        if size == 0:
            self._gateway_fin("TLS was not closed properly" if self._upstream.ragged else "")
            return
        piece = self._from_gateway[:size]
        if self._spoiler is None:
            self._deliver(self._timer(), self._led_home(piece))
        else:
            self._spoiler.take(piece)
            self._play()
        if size == len(self._from_gateway) < _BULK_BYTES:  # the waiting bytes are still in the old one
            self._from_gateway = memoryview(bytearray(_BULK_BYTES))

    def _led_home(self, piece: memoryview) -> memoryview:
        """Return *piece* unchanged, except for a redirect that would lead the client past the tap to the same gateway."""
        if len(piece) < 10 or piece[9] != _THREE or not (called := self._seen.called):
            return piece
        changed = led_home(bytes(piece), self._wiring.origin, called.strip())
        if changed is None:
            return piece
        self._seen.note(CHANGED)
        return memoryview(changed)

    def _gateway_fin(self, why: str) -> None:
        if self._spoiler is None:
            self._gateway_ends(CloseKind.FIN, why)
        else:
            self._spoiler.gateway_closed(CloseKind.FIN, why)
            self._play()

    def _play(self) -> None:
        """Perform the steps of the faults, as far as they are due and the client accepts them."""
        while self._spoiler is not None and not self._client.waiting and (step := self._spoiler.next_step()) is not None:
            match step:
                case Send(data):
                    self._deliver(self._timer(), memoryview(data))
                case Note(note):
                    self._seen.note(note)
                case Fin(fault):
                    self._gateway_ends(CloseKind.FIN, fault=fault)
                case Rst() if not self._client.heard_all():  # an RST would discard what precedes it
                    self._spoiler.postpone(step, _RST_TICK_S)
                case Rst(fault):
                    self._gateway_reset(ConnectionResetError(), fault)
                case GatewayClosed(close, why):
                    self._gateway_ends(close, why)

    def _deliver(self, at_s: float, piece: memoryview) -> None:
        """Send one piece of a response to the client, then to the recorder.

        Every response byte goes through here and nowhere else, after all faults: the recorder sees exactly what
        the client gets. What the client cannot take yet stays in the buffer, which is not read into again before it is
        empty.
        """
        try:
            whole = self._client.hand(at_s, piece)
        except OSError:
            self._client_gone()
        if whole:
            self._delivered(at_s, piece)

    def _deliver_rest(self) -> None:
        try:
            whole = self._client.hand_rest()
        except OSError:
            self._client_gone()
        if whole:
            self._delivered(*self._client.piece)

    def _delivered(self, at_s: float, piece: memoryview) -> None:
        self._seen.moved(at_s)
        self._seen.response_bytes(at_s, piece)
        if self._seen.switched:
            self._splitter.go_blind()
        if not self._client_sends:
            self._deadline_s = at_s + GONE_AFTER_S
            if self._seen.idle:
                raise _Over

    def _gateway_ends(self, close: CloseKind, why: str = "", fault: str = "", hint: str = "") -> None:
        """Nothing more can come: pass the FIN on, and let the client finish its side."""
        now_s = self._timer()
        self._seen.gateway_closed(now_s, close, why, fault, hint)
        self._gateway_sends = False
        self._client.half_close()
        if not self._client_sends:
            raise _Over
        self._deadline_s = now_s + LINGER_S

    def _gateway_reset(self, error: OSError, fault: str = "") -> NoReturn:
        why = "" if isinstance(error, ConnectionResetError) else str(error.strerror or error).lower()
        self._seen.gateway_closed(self._timer(), CloseKind.RST, why, fault)
        self._client.abort()
        raise _Over

    # from the client to the gateway

    def _read_client(self) -> None:
        try:
            size = self._client.recv_into(self._from_client)
        except OSError:
            self._client_gone()
        if size is None:
            return
        if size == 0:
            self._client_fin()
            return
        at_s = self._timer()
        self._seen.moved(at_s)
        outgoing = [self._outgoing(at_s, part) for part in self._splitter.feed(self._from_client[:size])]
        if outgoing:
            self._send(b"".join(outgoing))

    def _outgoing(self, at_s: float, part: RequestHead | BodyPart) -> bytes | memoryview:
        """Record one part of a request and return its bytes to send."""
        if isinstance(part, BodyPart):
            for payload in part.payload:
                self._seen.request_payload(payload)
            return part.raw
        rewriter = self._wiring.rewriter
        self._seen.begin(at_s, part, rewriter.recorded(part.headers), rewriter.credentials(part))
        if self._spoiler is not None:
            self._spoiler.begin(part.method, part.target)
            self._play()
        if (refusal := self._refusal()) is not None:
            self._gateway_takes = False
            self._gateway_ends(CloseKind.FIN, refusal)
            return b""
        self._connect()
        return rewriter.head(part) if part is not NOT_HTTP else b""

    def _refusal(self) -> str | None:
        """Ask, once per request, whether it may go to the gateway."""
        gate = self._wiring.gate
        return gate.allow() if gate is not None and self._gateway_takes else None

    def _connect(self) -> None:
        """Connect to the gateway when the first request is here; one that cannot be reached gives no answer at all."""
        if self._upstream is not None or not self._gateway_sends:
            return
        try:
            wiring = self._wiring
            self._upstream = connect(wiring.origin, wiring.context, self._waiter.ready, wiring.proxy)
        except Unreachable as error:
            self._gateway_ends(CloseKind.FIN, error.diagnosis.cause, hint=error.diagnosis.hint)

    def _send(self, data: bytes) -> None:
        self._unsent = memoryview(data)
        self._send_rest()

    def _send_rest(self) -> None:
        if self._upstream is None or not self._gateway_takes:
            self._unsent = memoryview(b"")
            return
        try:
            self._unsent = self._unsent[self._upstream.send(self._unsent) :]
        except OSError as error:  # what the gateway said before it stopped listening can still be read
            self._gateway_takes = False
            self._was_reset = isinstance(error, ConnectionResetError)
            self._unsent = memoryview(b"")

    def _client_fin(self) -> None:
        now_s = self._timer()
        self._client_sends = False
        self._seen.client_left(now_s)
        if self._seen.idle or self._upstream is None or not self._gateway_sends:
            raise _Over
        self._upstream.half_close()
        self._deadline_s = now_s + GONE_AFTER_S

    def _client_gone(self) -> NoReturn:
        self._seen.client_left(self._timer())
        if self._upstream is not None:
            self._upstream.abort()
        raise _Over
