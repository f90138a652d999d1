"""``path: /v1/chat/completions``: where every request went."""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from dvara_examples.core.shapes import text
from dvara_examples.expectations._exchanges import redirected
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Finding, Witness

_PATTERN = r"^/[^?#\s]*$"


@dataclass(frozen=True, slots=True)
class Path:
    """Every request had the path *wanted*, exactly as on the request line, with any query."""

    key: ClassVar[str] = "path"
    witness: ClassVar[Witness] = Witness.WIRE
    wanted: str

    def check(self, seen: Transcript) -> Finding:
        """Compare the path of each request exactly; report the first that differs."""
        if not seen.exchanges:
            return Finding(self.key, self.witness, False, self.wanted, "no request", "the example never sent a request")
        for exchange in seen.exchanges:
            found = _path(exchange.request.target)
            if found != self.wanted:
                sentence = "the request went somewhere else; look at how the base URL and the path are joined"
                if exchange in redirected(seen):
                    sentence = "the gateway redirected the request there; look at what its address should be"
                return Finding(self.key, self.witness, False, self.wanted, found, sentence, f"request {exchange.number}")
        return Finding(self.key, self.witness, True, self.wanted, self.wanted)


def _path(target: str) -> str:
    """Return the path in a request target, which may be a whole URL (RFC 9112, section 3.2)."""
    try:
        path = target if target.startswith("/") else urlsplit(target).path
    except ValueError:
        path = target
    return path.partition("?")[0] or target


VALUE = text(pattern=r"^/[^?#\s]*$", expected="a path such as /v1/chat/completions, without a query").to(
    Path, "The path of every request, from the first slash on, without its query."
)
