"""The exchanges of one connection, in order: which bytes belong to which, and how each ended."""

from collections import deque
from collections.abc import Callable

from dvara_examples.core.redaction import Redactor
from dvara_examples.records.transcript import FaultNote, Headers
from dvara_examples.tap.ending import CloseKind
from dvara_examples.tap.exchange_log import Ledger
from dvara_examples.tap.explain import Rest
from dvara_examples.tap.progress import Teller
from dvara_examples.tap.recorder import ExchangeRecorder, Seen
from dvara_examples.wire.http import RequestHead, header


class Conversation:
    """One client connection as the recorders see it; used only by the thread that serves the connection.

    *refused* tells whether a client that has sent a FIN is gone altogether.
    """

    def __init__(self, connection: int, ledger: Ledger, refused: Callable[[], bool]) -> None:
        self.last_byte_s = 0.0
        self._connection = connection
        self._ledger = ledger
        self._refused = refused
        self._waiting: deque[ExchangeRecorder] = deque()
        self._asking: ExchangeRecorder | None = None
        self._left: Rest | None = None
        self._heard_since_leaving = False
        self._unasked = False
        self._doom: Rest | None = None

    @property
    def idle(self) -> bool:
        """Whether every request so far has its whole answer."""
        return not self._waiting

    @property
    def called(self) -> str | None:
        """The client's name for the tap (``Host``), if the next response byte is the first of a response; else None."""
        if not self._waiting or self._waiting[0].began:
            return None
        return header(self._waiting[0].request_head.headers, "host")

    @property
    def switched(self) -> bool:
        """Whether the connection has switched to another protocol."""
        head = self._waiting[0].head if self._waiting else None
        return head is not None and head.status == 101

    def moved(self, at_s: float) -> None:
        """Note that a byte went one way or the other."""
        self.last_byte_s = self._ledger.last_activity_s = at_s

    def begin(self, at_s: float, head: RequestHead, shown: Headers, secrets: tuple[str, ...] = ()) -> None:
        """Begin an exchange with the *head* that came; *shown* are its headers as they may be stored.

        *secrets* are the client's own: they are masked wherever this exchange shows them again.
        """
        ledger = self._ledger
        seen = Seen(ledger.next_number(), self._connection, at_s, head, shown)
        redactor = Redactor.of((*ledger.redactor.secrets, *secrets)) if secrets else ledger.redactor
        teller = Teller(seen.number, redactor, ledger.on_event) if ledger.on_event is not None else None
        self._asking = ExchangeRecorder(seen, ledger.bounds, redactor, ledger.stall_after_s, teller)
        self._asking.out_of_step = self._unasked
        self._waiting.append(self._asking)

    def note(self, note: str | FaultNote) -> None:
        """Add a *note* to the exchange whose response is due."""
        if self._waiting:
            self._waiting[0].noted.append(note)

    def request_payload(self, data: bytes | memoryview) -> None:
        """Add payload to the latest request."""
        if self._asking is not None:
            self._asking.request_bytes(data)

    def response_bytes(self, at_s: float, data: memoryview) -> None:
        """Add response bytes that have been delivered to the client."""
        self._heard_since_leaving |= self._left is not None
        while data and self._waiting:
            current = self._waiting[0]
            data = data[current.response_bytes(at_s, data) :]
            if current.complete:
                self._finish(self._gone() or Rest(CloseKind.COMPLETE, at_s))
        if data and not self._unasked:
            self._unasked = bool(bytes(data).strip(b"\r\n"))  # some servers send an extra line end

    def client_left(self, at_s: float) -> None:
        """Note a FIN or RST from the client: whether it had heard everything is decided now."""
        if self._left is None:
            current = self._waiting[0] if self._waiting else None
            self._left = Rest(
                CloseKind.CLIENT,
                at_s,
                at_s - self.last_byte_s,
                self._ledger.stopped,
                heard_all=current is not None and current.said_all(),
                heard_last_word=current is not None and current.said_last_word(),
            )

    def gateway_closed(self, at_s: float, close: CloseKind, why: str = "", fault: str = "", hint: str = "") -> None:
        """Note that no more response bytes can come; waiting requests will get no answer."""
        current = self._waiting[0] if self._waiting else None
        if current is not None and close is CloseKind.FIN:
            current.gateway_fin()
        self._doom = self._gone() or Rest(close, at_s, why=why, fault=fault, hint=hint)
        if current is not None and current.began:
            whole = current.complete and self._doom is not self._left
            self._finish(Rest(CloseKind.COMPLETE, at_s, why=why) if whole else self._doom)

    def end(self, at_s: float) -> None:
        """Finish what is still open: because of the gateway, the client, or because the run was stopped."""
        stopped = Rest(CloseKind.STOPPED, at_s, at_s - self.last_byte_s, self._ledger.stopped)
        while self._waiting:
            self._finish(self._doom or self._left or stopped)

    def _gone(self) -> Rest | None:
        """Return how the client left, if it did: one that took more after its FIN had only finished sending."""
        if self._left is None or (self._heard_since_leaving and not self._refused()):
            return None
        return self._left

    def _finish(self, rest: Rest) -> None:
        recorder = self._waiting.popleft()
        if recorder.broken and rest.close is not CloseKind.RST:  # a client that leaves afterwards did not leave first
            rest = Rest(CloseKind.BROKEN, rest.at_s, why=rest.why)
        self._ledger.add(recorder.closed(rest), recorder.tokens)
