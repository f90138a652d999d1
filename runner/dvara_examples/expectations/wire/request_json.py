"""``request_json: {equals: ..., at: {/stream: true}, schema: {...}}``: the body of every request is a matching JSON document."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.expectations import _json
from dvara_examples.records.transcript import Request, Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class RequestJson:
    """The body of every request is the *wanted* document; a request without a body has none."""

    key: ClassVar[str] = "request_json"
    witness: ClassVar[Witness] = Witness.WIRE
    wanted: _json.JsonWanted

    def check(self, seen: Transcript) -> Finding:
        """Parse each body and check every assertion; report the first that does not hold."""
        if not seen.exchanges:
            return Finding(self.key, self.witness, False, "one JSON document", "no request", "the example never sent a request")
        for exchange in seen.exchanges:
            miss = self._miss(exchange.request)
            if miss is not None:
                return Finding(self.key, self.witness, False, *miss, where=f"request {exchange.number}")
        return Finding(self.key, self.witness, True, "JSON bodies that fit", f"requests that fit: {len(seen.exchanges)}")

    def _miss(self, request: Request) -> _json.Miss | None:
        if len(request.body) < request.body_size_bytes:
            sentence = f"only the first {len(request.body)} bytes of the body are stored, so nobody can tell"
            return "one JSON document", f"{request.body_size_bytes} bytes", sentence
        return self.wanted.miss(request.body.decode("utf-8", "replace"), "the body of the request")


VALUE = _json.JSON.to(
    RequestJson,
    "Each request's body is JSON that equals a value, holds values at JSON pointers (RFC 6901), fits a schema.",
)
