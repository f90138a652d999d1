"""``POST /v1/embeddings``: the same vector for the same text, as arrays of numbers only.

DVARA accepts no ``encoding_format`` but ``float``. OpenAI's clients ask for ``base64`` by default, and are refused.
"""

import hashlib
import math

from dvara_examples.embedded_gateway.answer import Answer
from dvara_examples.embedded_gateway.chat_request import json_object
from dvara_examples.embedded_gateway.endpoint import body_and_answer, whole
from dvara_examples.embedded_gateway.errors_table import refuse
from dvara_examples.embedded_gateway.keys import KeyRing
from dvara_examples.embedded_gateway.models import has_provider
from dvara_examples.embedded_gateway.request_context import RequestContext

DIMENSIONS = 16


def embeddings(visit: RequestContext, keys: KeyRing, key: str) -> None:
    """Answer one request; only the error, silence and delay of an answer apply. Raises RequestRefused, Closing, OSError."""
    body, scripted = body_and_answer(visit, keys, key)
    model, texts = _parse(body)
    answer = scripted or Answer(kind="embeddings")
    visit.model = model
    visit.answer = f"error {answer.error.code}" if answer.error else "embeddings"
    visit.limit_s = visit.timeouts.answer_s
    tokens = sum(max(len(text) // 4, 1) for text in texts)
    data = [{"object": "embedding", "index": index, "embedding": vector(text)} for index, text in enumerate(texts)]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    whole(visit, answer, lambda: {"object": "list", "model": model, "data": data, "usage": usage}, cached=False)


def vector(text: str) -> list[float]:
    """Return a vector of length 1 that depends only on *text*."""
    digest = hashlib.sha256(text.encode(errors="replace")).digest()
    raw = [byte - 127.5 for byte in digest[:DIMENSIONS]]
    length = math.hypot(*raw)
    return [round(number / length, 6) for number in raw]


def _parse(body: bytes) -> tuple[str, tuple[str, ...]]:
    given = json_object(body)
    model, asked, encoding = given.get("model"), given.get("input"), given.get("encoding_format")
    if not isinstance(model, str) or not model.strip():
        raise refuse("validation_error", "model is required", param="model")
    texts = [asked] if isinstance(asked, str) else asked
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise refuse("invalid_request", "input must be a text or a list of texts", param="input")
    if encoding not in (None, "float"):
        message = f"encoding_format '{encoding}' is not supported; float is"
        raise refuse("unsupported_capability", message, param="encoding_format")
    if not (has_provider(model) or model.startswith("text-embedding")):
        raise refuse("no_provider", f"No provider is configured for model '{model}'")
    return model, tuple(texts)
