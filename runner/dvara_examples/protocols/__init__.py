"""The contract of a protocol: what the events of one endpoint mean, and which event is the last word.

A protocol is one module, in a folder that :func:`add_folder` adds, or in this package: there :data:`SHIPPED` repeats its
endpoints, so that only the protocols in use are imported. It has:

* ``ENDPOINTS``, the ends of the paths that it answers, with any prefix of the gateway;
* ``reader() -> StreamReader``, a new reader for one response;
* ``speaks(data) -> bool``, whether *data*, the JSON object of an event, belongs to this protocol;

and, if a request asks for a stream in another way than ``"stream": true``,

* ``asks_for_stream(target, request) -> bool``, whether the JSON object *request* does;

and, if a request says how many answers it wants,

* ``lacks(request, reader) -> str | None``, what is missing in the answer that *reader* has read;

and, if models can call tools,

* ``tool_call_parts(data) -> Iterator[ToolCallPart]``, what an event says about tool calls;
* ``tool_results(request) -> Iterator[tuple[str, object]]``, the ids of calls and their results in a request.

Nothing else names a protocol. If no module claims a request, :func:`reader_for` returns a reader of chat events that is not
*known*, and the exchange is only judged good where those say that the answer is whole.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from dvara_examples.protocols._documents import (
    FINISH_REASONS,
    ToolCallPart,
    error_message,
    read_document,
    read_object,
    unknown_reason,
)
from dvara_examples.protocols._json_events import JsonEventReader, NamedEventReader
from dvara_examples.wire.event_formats import JSON_LINES, SERVER_SENT_EVENTS, EventFormat
from dvara_examples.wire.sse import ServerSentEvent

__all__ = [
    "FINISH_REASONS",
    "JSON_LINES",
    "SERVER_SENT_EVENTS",
    "SHIPPED",
    "JsonEventReader",
    "NamedEventReader",
    "StreamReader",
    "ToolCallPart",
    "add_folder",
    "asks_for_stream",
    "contested",
    "endpoints",
    "error_message",
    "foreign_protocol",
    "protocol_of",
    "read_document",
    "read_object",
    "reader_for",
    "reader_maker",
    "tool_call_parts",
    "tool_results",
    "unknown_reason",
]

SHIPPED: Mapping[str, str] = {
    "/chat/completions": "chat",
    "/completions": "completions",
    "/embeddings": "embeddings",
    "/messages": "messages",
    "/models": "models",
    "/responses": "responses",
}
"""The end of a request's path, and the module of its protocol; a test holds it against what the modules say."""


class StreamReader(Protocol):
    """What one response has said so far.

    *format* says how its stream is cut into events.
    *finish_reason* is a common word of :data:`FINISH_REASONS` where the protocol's own word has one, else its own word.
    *sentinel* is set once the protocol's last word passed; *after_sentinel* if events followed. *needs_last_word*: a finish
    reason alone does not complete an answer. *error* and *malformed* are sentences about the first such event. *oversized*: an
    event was too large to be read. *remarks* are worth a note; *unclear* says why *read* may not have returned all of the text,
    *undecided* why it cannot be told how the answer ended, which only counts if there is no finish reason.
    *known*: the protocol has streams, and the request was for it. *first* is the JSON object of the first event.
    """

    format: EventFormat
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

    @property
    def contested(self) -> str | None:
        """Why a finish reason does not settle how the answer ended, or None."""
        ...

    def read(self, event: ServerSentEvent) -> str:
        """Process the next event and return the answer's text in it."""
        ...

    def read_document(self, document: Mapping[str, object]) -> str:
        """Process a whole response without a stream, and return the answer's text in it."""
        ...


def add_folder(folder: Path) -> None:
    """Add protocols from the modules in *folder*; those of this tool take precedence.

    Raises PluginError if one of them is not a protocol.
    """
    from dvara_examples.core.plugins import check_plugins

    if str(folder) not in __path__:
        __path__.append(str(folder))
        check_plugins(__name__, folder, ("ENDPOINTS", "reader", "speaks"))
        endpoints.cache_clear()


@cache
def endpoints() -> Mapping[str, str]:
    """Return the end of a request's path → the module of its protocol; of two with the same end, the longer comes first."""
    added = sorted(info.name for info in pkgutil.iter_modules(list(__path__)[1:]) if not info.name.startswith("_"))
    found = {end: name for name in added for end in _module(name).ENDPOINTS}
    return dict(sorted({**found, **SHIPPED}.items(), key=lambda one: len(one[0]), reverse=True))


def protocol_of(target: str) -> str | None:
    """Return the name of the protocol of a request's *target*, or None if no module claims it."""
    path = target.partition("?")[0].rstrip("/")
    return next((name for end, name in endpoints().items() if path.endswith(end)), None)


def asks_for_stream(target: str, body: bytes) -> bool:
    """Tell whether the JSON request *body* asks *target* for a stream; False if it cannot be read."""
    request = read_object(body)
    if request is None:
        return False
    asks = _of_protocol(target, "asks_for_stream")
    return request.get("stream") is True if asks is None else bool(asks(target, request))


def contested(target: str, body: bytes, reader: StreamReader) -> str | None:
    """Say why an answer to the request *body* that *reader* finds complete may not be, or return None."""
    if found := getattr(reader, "contested", None):  # readers written for an earlier release do not have it
        return str(found)
    request, lacks = read_object(body), _of_protocol(target, "lacks")
    if request is None or lacks is None or protocol_of(target) is None:
        return None
    missing: str | None = lacks(request, reader)
    return missing


def tool_call_parts(target: str, data: str) -> list[ToolCallPart]:
    """Return what an event with this *data*, in an answer of *target*, says about tool calls."""
    event, parts = read_object(data.encode(errors="replace")), _of_protocol(target, "tool_call_parts")
    return list(parts(event)) if event is not None and parts is not None else []


def tool_results(target: str, body: bytes) -> list[tuple[str, object]]:
    """Return the ids and contents of the tool results in a request to *target*."""
    request, results = read_object(body), _of_protocol(target, "tool_results")
    return list(results(request)) if request is not None and results is not None else []


def reader_for(target: str) -> StreamReader:
    """Return a new reader for the response to a request for *target*; of chat events if the protocol is unknown."""
    return reader_maker(target)()


def reader_maker(target: str) -> Callable[[], StreamReader]:
    """Return a function that creates readers like :func:`reader_for`."""
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
    """Return the name of the protocol that a stream speaks, if its *first* object shows another one than *target*'s."""
    asked = protocol_of(target)
    if asked is None or _module(asked).speaks(first):
        return None
    return next((name for name in endpoints().values() if _module(name).speaks(first)), None)


def _of_protocol(target: str, name: str) -> Callable[..., Any] | None:
    """Return the attribute *name* of the protocol of *target*; that of chat if it is unknown."""
    found: Callable[..., Any] | None = getattr(_module(protocol_of(target) or "chat"), name, None)
    return found


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")
