"""The contract of a protocol: what the events of one endpoint say, and which event is the last word.

A protocol is one module in this package, and one line of :data:`ENDPOINTS`, so that only the protocols that are spoken are
imported. The module has:

* ``reader() -> StreamReader``, a new reader for one response;
* ``speaks(data) -> bool``, whether *data*, the JSON object of an event, belongs to this protocol.

Nothing else names a protocol. Where no module claims a request, :func:`reader_for` returns a reader of chat events that is not
*known*, and the exchange is only judged good where those say that the answer is whole.
"""

import importlib
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Protocol

from dvara_examples.protocols._documents import asks_for_stream, error_message, read_object
from dvara_examples.wire.sse import ServerSentEvent

__all__ = [
    "ENDPOINTS",
    "FINISH_REASONS",
    "StreamReader",
    "asks_for_stream",
    "error_message",
    "foreign_protocol",
    "protocol_of",
    "read_object",
    "reader_for",
    "reader_maker",
    "unknown_reason",
]

ENDPOINTS: Mapping[str, str] = {
    "/chat/completions": "chat",
    "/completions": "completions",
    "/embeddings": "embeddings",
    "/messages": "messages",
    "/models": "models",
    "/responses": "responses",
}
"""The end of a request's path, below whatever prefix the gateway has, and the module of its protocol; the longer of two that
end alike comes first."""

FINISH_REASONS = frozenset({"stop", "length", "content_filter", "tool_calls", "function_call"})
"""The common words for why an answer ended. Any other word says nothing that this tool can vouch for."""


def unknown_reason(found: str) -> str:
    """Say that a finish reason is none of :data:`FINISH_REASONS`."""
    return f"expected a finish reason of {', '.join(sorted(FINISH_REASONS))}, found {found!r}"


class StreamReader(Protocol):
    """What one response said so far.

    *finish_reason* is a common word of :data:`FINISH_REASONS` where the protocol's own word has one, else its own word.
    *sentinel* is set once the protocol's last word passed; *after_sentinel* if events followed. *needs_last_word*: a finish
    reason alone does not complete an answer. *error* and *malformed* are sentences about the first such event. *oversized*: an
    event was too large to be read. *remarks* are worth a note; *unclear* says why *read* may not have returned all of the text,
    *undecided* why it cannot be told how the answer ended, which only counts where there is no finish reason.
    *known*: the protocol has streams, and the request was for it. *first* is the JSON object of the first event.
    """

    known: bool
    first: Mapping[str, object] | None
    finish_reason: str | None
    sentinel: bool
    error: str | None
    malformed: str | None
    after_sentinel: bool
    oversized: bool
    total_tokens: int | None
    needs_last_word: bool
    remarks: dict[str, None]
    unclear: str | None
    undecided: str | None

    def read(self, event: ServerSentEvent) -> str:
        """Take the next event and return the answer's text in it."""
        ...

    def read_document(self, document: Mapping[str, object]) -> str:
        """Take a whole response that was not streamed, and return the answer's text in it."""
        ...


def protocol_of(target: str) -> str | None:
    """Return the name of the protocol that a request's *target* belongs to, or None where no module claims it."""
    path = target.partition("?")[0].rstrip("/")
    return next((name for endpoint, name in ENDPOINTS.items() if path.endswith(endpoint)), None)


def reader_for(target: str) -> StreamReader:
    """Return a new reader for the response to a request for *target*; of chat events where the protocol is unknown."""
    return reader_maker(target)()


def reader_maker(target: str) -> Callable[[], StreamReader]:
    """Return a function that makes readers as :func:`reader_for` does."""
    name = protocol_of(target)
    make: Callable[[], StreamReader] = _module(name or "chat").reader
    if name is not None:
        return make

    def unknown() -> StreamReader:
        made = make()
        made.known = False
        return made

    return unknown


def foreign_protocol(target: str, first: Mapping[str, object]) -> str | None:
    """Return the name of the protocol that a stream speaks, where its *first* object shows another one than *target*'s."""
    asked = protocol_of(target)
    if asked is None or _module(asked).speaks(first):
        return None
    return next((name for name in ENDPOINTS.values() if _module(name).speaks(first)), None)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")
