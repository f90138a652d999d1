"""``replace: {content_type: text/html, body: <html>}``: somebody else answers, as proxies and portals do."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.values import InvalidValue, as_int, as_mapping, as_text, below
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did
from dvara_examples.wire.parts import BodyEnd, End, Head, Items, NothingYet, Payload

_KEYS = ("status", "content_type", "body")
_BODILESS = (204, 205, 304)
SCHEMA: dict[str, object] = {
    "description": "Put another response in the place of the gateway's, with a Content-Length.",
    "type": "object",
    "properties": {
        "status": {"type": "integer", "minimum": 200, "maximum": 599, "not": {"enum": list(_BODILESS)}},
        "content_type": {"type": "string", "pattern": r"^[\x20-\x7e]+$"},
        "body": {"type": "string"},
    },
    "additionalProperties": False,
    "minProperties": 1,
}


@dataclass(frozen=True, slots=True)
class Replace:
    """A response with this *status*, *content_type* and whole *body*, as soon as the gateway begins its own."""

    key: ClassVar[str] = "replace"
    turn: ClassVar[Turn] = Turn.RESPONSE
    status: int = 200
    content_type: str = "text/html"
    body: str = ""

    def __str__(self) -> str:
        size = len(self.body.encode())
        return f"{self.key} by status {self.status} with {f'{size} bytes' if size else 'an empty body'} of {self.content_type}"

    def apply(self, items: Items) -> Items:
        """Say it where the head would come, and swallow all that the gateway says."""
        due = True
        for item in items:
            if isinstance(item, NothingYet):
                yield item
            elif isinstance(item, Head) and due:
                due = False
                yield did(self)
                yield from self._response()

    def _response(self) -> Items:
        body = self.body.encode()
        head = f"HTTP/1.1 {self.status} \r\nContent-Type: {self.content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        yield Head(head.encode(), "HTTP/1.1", "length", events=False)
        if body:
            yield Payload(body)
        yield BodyEnd()
        yield End()


def parse(value: object) -> Replace:
    """Parse the value of ``replace:``."""
    found = as_mapping(value, _KEYS)
    if not found:
        raise InvalidValue("found nothing to answer", f"one or more of {', '.join(_KEYS)} are accepted")
    with below("status"):
        status = as_int(found.get("status", 200), least=200, most=599)
        if status in _BODILESS:
            raise InvalidValue(f"found the status {status}", "one whose response has a body is accepted")
    with below("content_type"):
        content_type = as_text(found.get("content_type", "text/html"))
        if not content_type or not content_type.isascii() or not content_type.isprintable():
            raise InvalidValue(f"found {content_type!r}", "printable ASCII in one line is accepted")
    with below("body"):
        return Replace(status, content_type, as_text(found.get("body", "")))
