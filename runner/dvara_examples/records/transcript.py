"""Everything recorded in one run, as immutable values on one clock.

Times are seconds since the run began (monotonic). Secrets never enter: the code that builds these values has removed them.
Large outputs and bodies are cut: their size says how much there was, and ``complete`` whether all of it is here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from dvara_examples.core.errors import Diagnosis
from dvara_examples.records.model import Ending, Limits


@dataclass(frozen=True, slots=True)
class OutputPiece:
    """The result of one read from a pipe, and its time."""

    at_s: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Output:
    """One pipe's output: leading *pieces* and, if those were cut, the last bytes as *tail*."""

    pieces: tuple[OutputPiece, ...] = ()
    size_bytes: int = 0
    tail: bytes = b""

    @property
    def head(self) -> bytes:
        """The leading bytes that were stored, joined."""
        return b"".join(piece.data for piece in self.pieces)

    @property
    def complete(self) -> bool:
        """Whether every byte that was written is here."""
        return sum(len(piece.data) for piece in self.pieces) == self.size_bytes

    @property
    def text(self) -> str:
        """The stored output as text, with undecodable bytes replaced and gaps marked."""
        if self.complete:
            return self.head.decode("utf-8", "replace")
        gap = self.size_bytes - len(self.head) - len(self.tail)
        return f"{self.head.decode('utf-8', 'replace')}\n[... {gap} bytes not kept ...]\n{self.tail.decode('utf-8', 'replace')}"


Limit = Literal["wall", "idle"]


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that an example left behind: a *process* that outlived it, or a *pipe* that another process held open.

    *stopped* is False if it was not, or could not be, stopped; transcripts of older releases do not say.
    """

    kind: Literal["process", "pipe"]
    what: str
    pid: int | None = None
    stopped: bool = field(default=True, metadata={"added_later": True})


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer to one *request* of ours (``POST /chat``).

    *status* is None if no whole answer came, and *error* says why.
    """

    request: str
    status: int | None = None
    size_bytes: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """What a script that is a server did: *ready_at_s* is None if it never became ready, and *why* says why."""

    ready_at_s: float | None = None
    why: str = ""
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessEnd:
    """How the example's process ended.

    Exactly one of *exit_code* and *signal* (``SIGKILL``) is set once it started; *limit* names the bound that made the
    tool stop it; *stopped_by* is the last step of the stop ladder that was needed; *error* says why it could not start,
    or why its run says nothing about the example, and *hint* what to do about it.
    *duration_s* counts from the start of the process; *ended_at_s* is the moment of its end on the run's clock.
    *notes* tell what the manifest had done to it (``Ctrl-C at 0.41 s``). *served* is what a server did, which is stopped then.
    """

    exit_code: int | None
    signal: str | None = None
    limit: Limit | None = None
    stopped_by: str | None = None
    duration_s: float = 0.0
    ended_at_s: float | None = None
    leaks: tuple[Leak, ...] = ()
    error: str | None = None
    interrupted: bool = False
    notes: tuple[str, ...] = ()
    served: Served | None = field(default=None, metadata={"added_later": True})
    hint: str = field(default="", metadata={"added_later": True})

    @property
    def problem(self) -> Diagnosis | None:
        """The error with its hint."""
        return Diagnosis(self.error, self.hint) if self.error is not None else None


Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What the example sent: the *target* is as written on the request line; the *body* may be cut."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    body_size_bytes: int = 0
    version: str = "HTTP/1.1"

    def header(self, name: str) -> str | None:
        """Return the first header of that name, ignoring case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Response:
    """The gateway's response: *framing* is how the end of the body is known; the *body* has its leading bytes only."""

    status: int
    headers: Headers = ()
    framing: Literal["chunked", "length", "close", "none"] = "none"
    body: bytes = b""
    body_size_bytes: int = 0
    version: str = "HTTP/1.1"
    reason: str = ""

    def header(self, name: str) -> str | None:
        """Return the first header of that name, ignoring case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class WirePiece:
    """The result of one read from the gateway: its size with framing, and its time."""

    at_s: float
    size_bytes: int


@dataclass(frozen=True, slots=True)
class WireEvent:
    """One server-sent event of a response; *text* is the answer's text in it, *data* the raw payload (may be cut)."""

    at_s: float
    data: str
    name: str = "message"
    text: str = ""


@dataclass(frozen=True, slots=True)
class FaultNote:
    """The result of a *fault* (``cut after 3 events``) on a response: *instead* is empty if it acted as declared."""

    fault: str
    instead: str = ""

    def __str__(self) -> str:
        return ": ".join(filter(None, ("fault", self.fault, self.instead)))


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its result, seen between the example and the gateway.

    *number* counts from 1 in the order of arrival; *connection* counts the client's connections.
    *text* is the answer's text as sent (all deltas joined, or the message of an answer without a stream).
    *events* has the first events, *event_count* how many there were; *text_complete* is False if the text was cut.
    *error* says why it ended this way, and *hint* what to do about it. *notes* are remarks about the ending (``sentinel without
    finish_reason``, ``close-delimited body``), and *faults* what the network did to the response.
    *unread* is a sentence about content that the tap could not read: nothing may be claimed about that.
    """

    number: int
    connection: int
    started_at_s: float
    request: Request
    ending: Ending
    ended_at_s: float
    response: Response | None = None
    responded_at_s: float | None = None
    pieces: tuple[WirePiece, ...] = ()
    events: tuple[WireEvent, ...] = ()
    event_count: int = 0
    text: str = ""
    text_complete: bool = True
    finish_reason: str | None = None
    sentinel: bool = False
    streamed: bool = False
    error: str | None = None
    notes: tuple[str, ...] = ()
    unread: str | None = None
    hint: str = field(default="", metadata={"added_later": True})
    faults: tuple[FaultNote, ...] = field(default=(), metadata={"added_later": True})

    @property
    def problem(self) -> Diagnosis | None:
        """The error with its hint."""
        return Diagnosis(self.error, self.hint) if self.error else None

    @property
    def remarks(self) -> tuple[str, ...]:
        """Everything to say about the ending: what went wrong, the notes, and what faults did."""
        return tuple(map(str, filter(None, (self.problem, *self.notes, *self.faults))))


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What was run, where, and with what: everything known before the process starts.

    *argv* and *file* are as run; *versions* maps names (``node``, ``openai``) to versions; *reproduce* is a command line.
    *expected_at* has, for each expectation, its place in the manifest, as ``file:line``.
    *dependencies* says where they are declared, and whether they are locked. *gateway_url* is the base URL of a gateway whose
    answers are not scripted; for others, and in older files, it is empty.
    """

    variant_id: str
    example_id: str
    language: str
    file: str
    argv: tuple[str, ...] = ()
    launcher: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    gateway: str = ""
    limits: Limits = field(default_factory=Limits)
    started_utc: str = ""
    reproduce: str = ""
    expected_at: Mapping[str, str] = field(default_factory=dict, metadata={"added_later": True})
    dependencies: str = field(default="", metadata={"added_later": True})
    gateway_url: str = field(default="", metadata={"added_later": True})


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """A bug in something that the example uses: the *findings* that fail because of it, the reason, and where it is reported."""

    findings: tuple[str, ...]
    because: str
    upstream: str | None = None


@dataclass(frozen=True, slots=True)
class Lateness:
    """From *at_s* on, the machine kept this tool or the example waiting for *for_s* seconds, so what was noted then came late."""

    at_s: float
    for_s: float


def joined(late: Iterable[Lateness]) -> tuple[Lateness, ...]:
    """Return the same times in order, with overlapping ones counted once."""
    parts: list[Lateness] = []
    for each in sorted(late, key=lambda each: each.at_s):
        last = parts[-1] if parts else None
        if last is None or each.at_s > last.at_s + last.for_s:
            parts.append(each)
        else:
            to_s = max(last.at_s + last.for_s, each.at_s + each.for_s)
            parts[-1] = Lateness(last.at_s, round(to_s - last.at_s, 6))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything recorded in one run.

    *expect* has the expectations as plain values, and *known_failure* what is known to break them, so that it can be judged
    again. *overrides* are the expectations of this language alone, with a reason; *scripted* tells whether the gateway's
    answers were the same for every language. *notes* are remarks about the wire that belong to no exchange. *late* says when
    the machine was late, and *faults* what the network was told to do to the responses, in words, one entry per request.
    """

    run: RunInfo
    expect: Mapping[str, object]
    process: ProcessEnd
    stdout: Output = field(default_factory=Output)
    stderr: Output = field(default_factory=Output)
    exchanges: tuple[Exchange, ...] = ()
    known_failure: KnownFailure | None = None
    overrides: tuple[str, ...] = ()
    scripted: bool = False
    notes: tuple[str, ...] = ()
    late: tuple[Lateness, ...] = ()
    faults: tuple[str, ...] = ()

    def late_s(self, from_s: float, to_s: float) -> float:
        """Return how long the machine was late between two moments."""
        parts = (min(late.at_s + late.for_s, to_s) - max(late.at_s, from_s) for late in self.late)
        return sum(part for part in parts if part > 0)

    def late_machine(self, from_s: float, to_s: float, excess_s: float) -> str:
        """Say that the machine was late between two moments by at least *excess_s*, or return nothing if it was not.

        A measured time that would have been good without that proves nothing.
        """
        late_s = self.late_s(from_s, to_s)
        if late_s <= 0 or late_s < excess_s:
            return ""
        return f"cannot tell: the machine was late by {late_s * 1000:.0f} ms between {from_s:.2f} s and {to_s:.2f} s of the run"

    @property
    def last_exchange(self) -> Exchange | None:
        """The last exchange, or None if the example never sent a request."""
        return self.exchanges[-1] if self.exchanges else None
