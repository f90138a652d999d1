"""Server-sent events, parsed incrementally from bytes.

The algorithm is that of the WHATWG HTML standard, section "Server-sent events": lines end in LF, CR LF or CR; a field's
value loses one leading space; an event is dispatched at a blank line, not before. It works on bytes, because no byte of a
multi-byte UTF-8 character can be mistaken for a line end, and decodes whole events only.
"""

import re
from typing import NamedTuple

_FIELDS = (b"data", b"event", b"id", b"retry")
_LOOKS_LIKE_DATA = re.compile(rb"\s*(?:data\s*:|[{\[<\"])", re.IGNORECASE)
_BOM = b"\xef\xbb\xbf"
_MAX_EVENT_BYTES = 16 * 1024 * 1024


class ServerSentEvent(NamedTuple):  # faster to create than a frozen dataclass, and each piece of an answer creates one
    """One event: its *data* lines joined by LF, its *name* and the last *event_id* that the stream has set so far.

    *cut* is True if the event was larger than the parser's limit, so that *data* holds its beginning only.
    """

    data: str
    name: str = "message"
    event_id: str = ""
    cut: bool = False


class SseParser:
    """Turns bytes, split anywhere, into events; not thread-safe.

    *max_event_bytes* bounds the memory: the part of an event or line beyond it is counted as cut and dropped.
    *retry_ms* is the reconnection time that the stream last asked for. *unknown_line* is the first line without a known field,
    which the standard ignores; *lost_line* the first of them that looks like data, which some readers may take for it.
    *invalid_utf8*: an event's data was not UTF-8.
    """

    def __init__(self, max_event_bytes: int = _MAX_EVENT_BYTES) -> None:
        self.retry_ms: int | None = None
        self.unknown_line: bytes | None = None
        self.lost_line: bytes | None = None
        self.invalid_utf8 = False
        self._max = max_event_bytes
        self._line = bytearray()
        self._line_cut = False
        self._at_start = True
        self._skip_lf = False
        self._data: bytes | bytearray | None = None
        self._name = b""
        self._id = ""
        self._cut = False

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Take the next bytes of the stream and return the events that they complete."""
        if self._at_start:
            chunk = self._without_bom(chunk)
        if self._skip_lf and chunk:
            self._skip_lf = False
            chunk = chunk.removeprefix(b"\n")
        events: list[ServerSentEvent] = []
        for line in self._complete_lines(chunk):
            if line:
                self._field(line)
            elif self._data is not None:
                events.append(self._event())
                self._forget()
            else:
                self._forget()
        return events

    def pending(self) -> ServerSentEvent | None:
        """Return the event that has begun but not ended with a blank line; None if it has no data.

        The standard drops such an event at the end of the stream. Call this after the last bytes: nothing can be fed
        afterwards.
        """
        if self._line and not any(name.startswith(self._line) for name in _FIELDS):
            self._field(bytes(self._take_line()))
        return None if self._data is None else self._event()

    def _without_bom(self, chunk: bytes) -> bytes:
        """Drop a byte order mark at the very start, waiting until all of it has arrived."""
        start = bytes(self._line) + chunk
        self._line.clear()
        if len(start) < len(_BOM) and _BOM.startswith(start):
            self._line += start
            return b""
        self._at_start = False
        return start.removeprefix(_BOM)

    def _complete_lines(self, chunk: bytes) -> list[bytes]:
        """Return the lines that *chunk* completes, without their ends; keep the rest for later."""
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
        if not end:
            self._keep(chunk)
            return []
        self._skip_lf = chunk.endswith(b"\r")
        lines = chunk[:end].splitlines()
        if self._line or self._line_cut:
            self._keep(lines[0])
            lines[0] = self._take_line()
        if end < len(chunk):
            self._keep(chunk[end:])
        return lines

    def _keep(self, part: bytes) -> None:
        room = self._max - len(self._line)
        self._line_cut |= len(part) > room
        self._line += part[:room]

    def _take_line(self) -> bytes:
        line = bytes(self._line)
        if self._line_cut and line.startswith(b"data"):
            self._cut = True
        self._line.clear()
        self._line_cut = False
        return line

    def _field(self, line: bytes) -> None:
        if line.startswith(b"data:"):
            value = line[6:] if line.startswith(b"data: ") else line[5:]
            if self._data is None and len(value) <= self._max:
                self._data = value
            else:
                self._append(value)
            return
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._append(value)
        elif name == b"event":
            self._name = value
        elif name == b"id" and b"\0" not in value:
            self._id = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit() and len(value) < 20:
            self.retry_ms = int(value)
        elif name and name not in _FIELDS:
            self._take_unknown(line)

    def _take_unknown(self, line: bytes) -> None:
        if self.unknown_line is None:
            self.unknown_line = line
        if self.lost_line is None and _LOOKS_LIKE_DATA.match(line):
            self.lost_line = line

    def _append(self, value: bytes) -> None:
        if self._data is None:
            self._data = value[: self._max]
            self._cut |= len(value) > self._max
            return
        if isinstance(self._data, bytes):
            self._data = bytearray(self._data)
        room = self._max - len(self._data)
        self._cut |= len(value) + 1 > room
        self._data += (b"\n" + value)[:room]

    def _event(self) -> ServerSentEvent:
        assert self._data is not None
        name = self._name.decode("utf-8", "replace") if self._name else "message"
        data = self._data.decode("utf-8", "replace")
        if "\ufffd" in data and not self._cut and data.encode() != self._data:
            self.invalid_utf8 = True
        return ServerSentEvent(data, name, self._id, self._cut)

    def _forget(self) -> None:
        self._data = None
        self._name = b""
        self._cut = False
