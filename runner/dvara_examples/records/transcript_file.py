"""A transcript as a versioned file of JSON lines that shows if it was cut off.

The first line has format and version, the run and its expectations. Then comes one line per piece of output,
exchange, piece of a response and event, in the order of time; then one per pipe and one for the process; the last
line says that nothing is missing. Bytes that are not UTF-8 are base64 under another key (see ``serialization.py``).
"""

import heapq
import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path
from typing import Literal

from dvara_examples.core.errors import TranscriptError
from dvara_examples.core.values import InvalidValue, as_int, as_mapping, as_one_of, describe
from dvara_examples.records.serialization import from_plain, to_plain
from dvara_examples.records.transcript import (
    Exchange,
    FaultNote,
    KnownFailure,
    Lateness,
    Output,
    OutputPiece,
    ProcessEnd,
    RunInfo,
    Transcript,
    WireEvent,
    WirePiece,
)

FORMAT = "dvara-examples/transcript"
VERSION = 1

Line = dict[str, object]
Pipe = Literal["stdout", "stderr"]
PIPES: tuple[Pipe, Pipe] = ("stdout", "stderr")

LINE_TYPES = ("piece", "exchange", "wire", "event", "output", "process")

_END = b'{"type":"end"}'

_ADDED_LATER: Line = {"known_failure": None, "overrides": [], "scripted": False, "notes": [], "late": [], "faults": []}
"""What the first line of an older file lacks."""
_ADDED_TO_PROCESS: Line = {"notes": []}
"""What the line of the process in an older file lacks."""
_ADDED_TO_EXCHANGE: Line = {"unread": None}
"""What the line of an exchange in an older file lacks."""

_FAULT_NOTE = "fault: "
"""How the note of a fault began in older files."""

_IN_HEADER = ("run", "expect", "known_failure", "overrides", "scripted", "notes", "late", "faults")
"""The fields of a transcript that its first line holds."""

_EXCHANGE_PARTS = frozenset({"pieces", "events"})
"""What an exchange holds that is written as lines of its own."""

# JSON may contain half a surrogate pair, which must survive a round trip although strict UTF-8 refuses it.
_ENCODING = ("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class _Header:
    """The first line."""

    format: str
    version: int
    run: RunInfo
    expect: Mapping[str, object]
    known_failure: KnownFailure | None
    overrides: tuple[str, ...]
    scripted: bool
    notes: tuple[str, ...]
    late: tuple[Lateness, ...]
    faults: tuple[str, ...]


def write_transcript(path: Path, transcript: Transcript) -> None:
    """Write *transcript* to *path*, whose folder exists; readers see either the old file or the whole new one.

    Raises OSError, and TypeError or ValueError if the expectations are not plain values.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            for line in _lines(transcript):
                file.write(_json(line) + b"\n")
            file.write(_END + b"\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def read_transcript(path: Path) -> Transcript:
    """Return the transcript in the file *path*.

    Raises TranscriptError, with the line if there is one, for a file that is missing, cut off, of another version, or
    with invalid content.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TranscriptError(f"cannot read the transcript {path}: {error.strerror}", "name a run that has one") from None
    header, *lines = content.split(b"\n")
    reading = _Reading(path)
    stored = reading.header(header)
    if lines[-2:] != [_END, b""]:
        raise TranscriptError(f"the transcript {path} is cut off after line {len(lines)}", "run the example again")
    for number, line in enumerate(lines[:-2], 2):
        reading.take_line(number, line)
    return reading.transcript(stored)


# -- writing


def _lines(transcript: Transcript) -> Iterator[Line]:
    named = {name: getattr(transcript, name) for name in _IN_HEADER}
    header = to_plain(_Header(FORMAT, VERSION, **named))
    assert isinstance(header, dict)
    yield header
    # Merging keeps the order within each sequence, whatever its times.
    yield from map(itemgetter(1), heapq.merge(*_timed(transcript), key=itemgetter(0)))
    for pipe in PIPES:
        yield _line("output", getattr(transcript, pipe), pipe=pipe, leave_out=frozenset({"pieces"}))
    yield _line("process", transcript.process)


def _timed(transcript: Transcript) -> Iterator[Iterable[tuple[float, Line]]]:
    """Yield the sequences of timed lines, each with its times."""
    for pipe in PIPES:
        yield [(piece.at_s, _line("piece", piece, pipe=pipe)) for piece in getattr(transcript, pipe).pieces]
    yield [(e.started_at_s, _line("exchange", e, leave_out=_EXCHANGE_PARTS)) for e in transcript.exchanges]
    for place, exchange in enumerate(transcript.exchanges, 1):
        yield [(piece.at_s, _line("wire", piece, exchange=place)) for piece in exchange.pieces]
        yield [(event.at_s, _line("event", event, exchange=place)) for event in exchange.events]


def _json(line: Line) -> bytes:
    return json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(*_ENCODING)


def _line(kind: str, value: object, *, leave_out: frozenset[str] = frozenset(), **more: object) -> Line:
    plain = to_plain(value, leave_out=leave_out)
    assert isinstance(plain, dict)
    return {"type": kind, **more, **plain}


# -- reading


class _Reading:
    """Collects the lines of one file, and says where something is wrong; used once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: ProcessEnd | None = None
        self._tells_faults = True
        self._outputs: dict[str, Output] = {}
        self._pieces: dict[str, list[OutputPiece]] = defaultdict(list)
        self._exchanges: list[Exchange] = []
        self._wire: dict[int, list[WirePiece]] = defaultdict(list)
        self._events: dict[int, list[WireEvent]] = defaultdict(list)

    def header(self, line: bytes) -> _Header:
        """Return the content of the first line."""
        with self._telling_of(1):
            header = _parse(line)
            if header.get("format") != FORMAT:
                raise InvalidValue(f"the format {FORMAT!r}", describe(header.get("format")))
            if header.get("version") != VERSION:
                again = "run the example again with this release"
                raise InvalidValue(f"version {VERSION}", describe(header.get("version")), again)
            self._tells_faults = "faults" in header
            return from_plain(_Header, {**_ADDED_LATER, **header})

    def take_line(self, number: int, line: bytes) -> None:
        """Process a line between the first and the last."""
        with self._telling_of(number):
            self._take(_parse(line))

    def transcript(self, header: _Header) -> Transcript:
        """Return the transcript for all lines."""
        if self._process is None or len(self._outputs) < len(PIPES):
            raise TranscriptError(
                f"the transcript {self._path} lacks the line of the process or of a pipe", "run the example again"
            )
        if strangers := (self._wire.keys() | self._events.keys()) - set(range(1, len(self._exchanges) + 1)):
            raise TranscriptError(
                f"the transcript {self._path} has parts of exchange {min(strangers)}, which is not in it", "run the example again"
            )
        exchanges = tuple(
            replace(exchange, pieces=tuple(self._wire[place]), events=tuple(self._events[place]))
            for place, exchange in enumerate(self._exchanges, 1)
        )
        stdout, stderr = (replace(self._outputs[pipe], pieces=tuple(self._pieces[pipe])) for pipe in PIPES)
        named = {name: getattr(header, name) for name in _IN_HEADER}
        if not self._tells_faults:  # an older file: faults are only in the notes
            named["faults"] = tuple(str(note) for exchange in exchanges for note in exchange.faults)
        return Transcript(process=self._process, stdout=stdout, stderr=stderr, exchanges=exchanges, **named)

    def _take(self, line: Line) -> None:
        match line.pop("type", None):
            case "piece":
                self._pieces[_pipe(line)].append(from_plain(OutputPiece, line))
            case "wire":
                self._wire[_place(line)].append(from_plain(WirePiece, line))
            case "event":
                self._events[_place(line)].append(from_plain(WireEvent, line))
            case "exchange":
                exchange = from_plain(Exchange, {**_ADDED_TO_EXCHANGE, **line}, given={"pieces": (), "events": ()})
                self._exchanges.append(exchange if "faults" in line else _from_prose(exchange))
            case "output":
                pipe = _pipe(line)
                self._outputs[pipe] = from_plain(Output, line, given={"pieces": ()})
            case "process":
                self._process = from_plain(ProcessEnd, {**_ADDED_TO_PROCESS, **line})
            case other:
                raise InvalidValue(f"{', '.join(LINE_TYPES)} as its type", describe(other))

    @contextmanager
    def _telling_of(self, number: int) -> Iterator[None]:
        try:
            yield
        except InvalidValue as error:
            where = f" at {'.'.join(map(str, error.path))}" if error.path else ""
            raise TranscriptError(
                f"line {number} of the transcript {self._path} is wrong{where}: {error.cause}", error.hint
            ) from None


def _parse(line: bytes) -> Line:
    try:
        value = json.loads(line.decode(*_ENCODING))
    except (ValueError, RecursionError):  # not UTF-8, not JSON, or nested too deeply
        raise InvalidValue("one JSON object", describe(line.decode("utf-8", "replace"))) from None
    return dict(as_mapping(value))


def _from_prose(exchange: Exchange) -> Exchange:
    """Return an *exchange* of an older file with its fields: there, a hint followed the error, and faults were notes.

    This is the only place that parses such texts, because these files have nothing else.
    """
    error, hint = exchange.error, ""
    if error is not None and exchange.response is None:
        error, _, hint = error.partition("; ")
    faults = (FaultNote(note.removeprefix(_FAULT_NOTE)) for note in exchange.notes if note.startswith(_FAULT_NOTE))
    notes = (note for note in exchange.notes if not note.startswith(_FAULT_NOTE))
    return replace(exchange, error=error, hint=hint, notes=tuple(notes), faults=tuple(faults))


def _pipe(line: Line) -> str:
    return as_one_of(line.pop("pipe", None), PIPES)


def _place(line: Line) -> int:
    return as_int(line.pop("exchange", None), least=1)
