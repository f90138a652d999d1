"""``headers: {set: {Content-Type: text/plain}, drop: [X-Trace-ID]}``: headers that proxies add and remove."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import ClassVar

from dvara_examples.core.shapes import entries, items, mapping, text
from dvara_examples.core.values import InvalidValue, quoted
from dvara_examples.faults import Turn
from dvara_examples.faults._notes import did
from dvara_examples.wire.heads import with_header, without_header
from dvara_examples.wire.parts import Head, Items

_FRAMING = ("content-length", "transfer-encoding")


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers to drop, then headers to *set*, which replace those of the same name."""

    key: ClassVar[str] = "headers"
    turn: ClassVar[Turn] = Turn.WRAPPING
    set: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    drop: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = [f"{name} set to {value!r}" for name, value in self.set.items()] + [f"{name} dropped" for name in self.drop]
        return f"{self.key} {', '.join(said)}"

    def apply(self, items: Items) -> Items:
        """Rewrite the head."""
        for item in items:
            if not isinstance(item, Head):
                yield item
                continue
            raw = item.data
            for name in self.drop:
                raw = without_header(raw, name)
            for name, value in self.set.items():
                raw = with_header(raw, name, value)
            yield replace(item, data=raw)
            yield did(self)


def _own(name: str) -> str:
    if name.lower() in _FRAMING:
        raise InvalidValue("a header that does not frame the body", quoted(name), "use the fault framing for that")
    return name


_NAME = text(pattern="^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", expected="a header name (letters, digits, hyphens)")
_OWN = _NAME.to(_own)
_TEXT = text(pattern=r"^[\t\x20-\x7e]*$", expected="printable ASCII in one line")
VALUE = mapping(
    {
        "set": entries(_OWN, _TEXT, "a mapping of names to texts"),
        "drop": items(_OWN, few="at least one header name"),
    },
    least=1,
    few="set, drop or both",
).to(
    lambda found: Headers(found.get("set", {}), found.get("drop", ())),
    "Set and drop headers of the response; what frames the body is left to `framing`.",
)
