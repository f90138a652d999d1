"""Tells an event stream by its first bytes: some gateways send one without saying so in the head, and clients read it."""

import re

_FIELD = re.compile(rb"(?:\A(?:\xef\xbb\xbf)?|[\r\n])(?:data|event|id|retry)?:")
_OTHER = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[{\[<\"]")
"""How JSON and HTML begin."""
_MOST_BYTES = 4096


class FirstBytes:
    """Gathers the beginning of a body until it shows what it is; *event_stream* is None as long as it does not."""

    def __init__(self) -> None:
        self.event_stream: bool | None = None
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the body, and return what to read as events: nothing, as long as it may be something else."""
        if self.event_stream is None:
            self._held += data
            if _OTHER.match(self._held):
                self.event_stream = False
            elif _FIELD.search(self._held[:_MOST_BYTES]):
                self.event_stream = True
                data = self._held
            elif len(self._held) >= _MOST_BYTES:
                self.event_stream = False
        return data if self.event_stream else b""
