"""``replace: {content_type: text/html, body: <html>}``: something else answers, as proxies and portals do."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import mapping, text, whole
from dvara_examples.core.values import InvalidValue
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did
from dvara_examples.wire.parts import BodyEnd, End, Head, Items, NothingYet, Payload

_BODILESS = (204, 205, 304)


@dataclass(frozen=True, slots=True)
class Replace:
    """A response with this *status*, *content_type* and complete *body*, as soon as the gateway begins its own."""

    key: ClassVar[str] = "replace"
    turn: ClassVar[Turn] = Turn.RESPONSE
    status: int = 200
    content_type: str = "text/html"
    body: str = ""

    def __str__(self) -> str:
        size = len(self.body.encode())
        return f"{self.key} by status {self.status} with {f'{size} bytes' if size else 'an empty body'} of {self.content_type}"

    def apply(self, items: Items) -> Items:
        """Send it instead of the head, and swallow everything from the gateway."""
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


def _with_a_body(status: int) -> int:
    if status in _BODILESS:
        raise InvalidValue("a status whose response has a body", str(status))
    return status


VALUE = mapping(
    {
        "status": whole(200, 599).like(**{"not": {"enum": list(_BODILESS)}}).to(_with_a_body),
        "content_type": text(pattern=r"^[\x20-\x7e]+$", expected="printable ASCII in one line"),
        "body": text(),
    },
    least=1,
    few="one or more of status, content_type, body",
).to(lambda found: Replace(**found), "Put another response in the place of the gateway's, with a Content-Length.")
