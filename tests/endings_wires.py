"""What the tables of ``docs/endings.md`` for ``/v1/responses`` and ``/v1/messages`` try, in words for people."""

from collections.abc import Mapping

_OF_BOTH: Mapping[str, str] = {
    "f02-crlf": "a whole answer, its lines ended by CRLF",
    "f05-single-bytes": "a whole answer, each packet one byte",
    "f10-comments": "a whole answer with comments before, between and after the events",
    "f23-gzip": "a whole answer in `gzip`",
    "f25-no-content-type": "a whole answer without `Content-Type`",
    "f21-no-blank-line": "a whole answer, but no blank line after its last event",
    "s02-length": "an answer that was cut off by its length, as DVARA says it",
    "s03-content-filter": "an answer that was withheld, as DVARA says it",
    "s02-incomplete": "an answer that was cut off, as OpenAI says it: `response.incomplete`",
    "s03-incomplete": "an answer that was withheld midway, as OpenAI says it: `response.incomplete`",
    "s04-tool-call": "a whole tool call",
    "s04-cut-tool-call": "a tool call that just stops in its arguments",
    "e01-no-last-word": "a whole answer, but its last word got lost",
    "e21-silent-truncation": "half an answer, then the response ends in good order",
    "e05-close-delimited": "half an answer that only a FIN ends",
    "e04-cut": "half an answer, then a FIN",
    "e04-last-connection": "the same after `Connection: close`",
    "e06-reset": "half an answer, then an RST",
    "e06-last-connection": "the same after `Connection: close`",
    "e07-stall": "half an answer, then silence",
    "e12-failure": "half an answer, then a failure inside the stream",
    "e12-failure-at-first": "a failure before any text, after status 200",
    "e12-openai-error": "`event: error`, as OpenAI's own servers send it",
    "e14-cut-off-json": "one event whose JSON is cut off",
    "e16-empty": "200 with nothing in it",
    "e17-json": "200 with the answer in JSON, no stream",
    "e17-page": "200 with a web page",
    "r02-400": "400",
    "r01-401": "401",
    "r01-403": "403",
    "r03-404": "404",
    "r13-413": "413",
    "r08-429": "429, each time",
    "r04-retry-after": "429 with `Retry-After`, then a whole answer",
    "r07-500": "500, each time",
    "r07-502": "502, each time",
    "r08-503": "503, each time",
    "r08-529": "529, each time",
    "r14-no-answer": "no response, each time",
}
_OF_ONE: Mapping[str, frozenset[str]] = {
    "messages": frozenset({"s02-incomplete", "s03-incomplete", "e12-openai-error"}),
    "responses": frozenset({"s04-tool-call", "s04-cut-tool-call"}),
}
"""What a protocol does not have: DVARA refuses tools on ``/v1/responses``."""

PROTOCOLS: Mapping[str, Mapping[str, str]] = {
    name: {f"conform-{wire}-of-{name}": words for wire, words in _OF_BOTH.items() if wire not in without}
    for name, without in sorted(_OF_ONE.items(), reverse=True)
}
"""Entry → words, for each protocol; each has a table for the shipped example, and one for the naive client."""
