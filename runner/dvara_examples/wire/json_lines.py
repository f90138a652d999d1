"""Streams of JSON lines, parsed incrementally from bytes: each line is one event, and blank lines are none.

No byte of a multi-byte UTF-8 character can be mistaken for a line end, and JSON escapes line ends inside its strings.
"""

from dvara_examples.wire.sse import ServerSentEvent

_MAX_EVENT_BYTES = 16 * 1024 * 1024


class JsonLinesParser:
    """Turns bytes, split anywhere, into events; not thread-safe.

    The part of a line beyond *max_event_bytes* is counted as cut and dropped. Every line is an event, so
    *unknown_line* and *lost_line* stay None.
    """

    def __init__(self, max_event_bytes: int = _MAX_EVENT_BYTES) -> None:
        self.unknown_line: bytes | None = None
        self.lost_line: bytes | None = None
        self.invalid_utf8 = False
        self._max = max_event_bytes
        self._line = bytearray()
        self._cut = False

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Take the next bytes of the stream and return the events that they complete."""
        *lines, rest = chunk.split(b"\n")
        events = []
        for line in lines:
            self._keep(line)
            if (event := self._take()) is not None:
                events.append(event)
        self._keep(rest)
        return events

    def pending(self) -> ServerSentEvent | None:
        """Return the unfinished last line, which many clients read all the same; None if it is blank."""
        return self._take()

    def _keep(self, part: bytes) -> None:
        room = self._max - len(self._line)
        self._cut |= len(part) > room
        self._line += part[:room]

    def _take(self) -> ServerSentEvent | None:
        line, cut = bytes(self._line).strip(b" \t\r"), self._cut
        self._line.clear()
        self._cut = False
        if not line:
            return None
        data = line.decode("utf-8", "replace")
        if "\ufffd" in data and not cut and data.encode() != line:
            self.invalid_utf8 = True
        return ServerSentEvent(data, cut=cut)
