"""From the request line to the answer: first the gateway's filters (path, key), then the endpoint."""

import importlib
import re
from collections.abc import Mapping

from dvara_examples.embedded_gateway.endpoint import TextEndpoint, answer_request
from dvara_examples.embedded_gateway.errors_table import RequestRefused, refuse
from dvara_examples.embedded_gateway.keys import KeyRing
from dvara_examples.embedded_gateway.request_context import DeadlineExceeded, RequestContext

ENDPOINTS: Mapping[str, str] = {
    "/v1/chat/completions": "chat",
    "/v1/responses": "responses",
    "/v1/messages": "messages",
    "/v1/completions": "completions",
}
"""The endpoints that generate text, and the module of each, which is imported with its first request."""
EMBEDDINGS_PATH = "/v1/embeddings"
COUNT_PATH = "/v1/messages/count_tokens"
MODELS_PATH = "/v1/models"
_OPEN_PATHS = ("/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness", "/actuator/info")
_ACTUATOR_MEDIA = "application/vnd.spring-boot.actuator.v3+json"
_METHODS = {
    **dict.fromkeys((*ENDPOINTS, EMBEDDINGS_PATH, COUNT_PATH), ("POST",)),
    **dict.fromkeys((MODELS_PATH, *_OPEN_PATHS), ("GET", "HEAD")),
}
_NOT_CANONICAL = re.compile(r"//|%|;|/\.\.?(/|$)")


def route(visit: RequestContext, keys: KeyRing) -> None:
    """Answer one request. Raises Closing, Departed and OSError if the connection cannot continue."""
    try:
        _dispatch(visit, keys)
    except (RequestRefused, DeadlineExceeded) as end:
        refusal = end.refusal if isinstance(end, RequestRefused) else refuse("internal_error").refusal
        if visit.body.known_to_be_too_much or (visit.head.expects_continue and not visit.body.finished):
            visit.response.closes = True  # the container does not wait for a body that it will not read
        visit.response.refusal(refusal)


def _dispatch(visit: RequestContext, keys: KeyRing) -> None:
    path, method, response = visit.head.path, visit.head.method, visit.response
    under_v1 = path == "/v1" or path.startswith("/v1/")
    if path.startswith("/v1") and _NOT_CANONICAL.search(path):
        raise refuse("invalid_path")
    key = _accepted_key(visit, keys) if under_v1 else ""
    if path.startswith("/actuator") and path not in _OPEN_PATHS:
        error = {"message": "Actuator API key is required", "type": "actuator_auth_error"}
        response.json(401, {"error": error}, chunked=False)
    elif path not in _METHODS:
        raise refuse("resource_not_found" if under_v1 else "not_found", f"No resource at {path}")
    elif method == "OPTIONS":
        response.empty(200, [("Allow", ",".join((*_METHODS[path], "OPTIONS"))), ("Accept-Patch", "")])
    elif method not in _METHODS[path]:
        raise refuse("method_not_allowed", f"Method '{method}' is not supported", headers={"Allow": _METHODS[path][0]})
    elif path in ENDPOINTS:
        answer_request(visit, keys, key, _endpoint(ENDPOINTS[path]))
    elif path == EMBEDDINGS_PATH:
        from dvara_examples.embedded_gateway.embeddings import embeddings

        embeddings(visit, keys, key)
    elif path == COUNT_PATH:
        from dvara_examples.embedded_gateway.messages import count_tokens

        count_tokens(visit)
    elif path == MODELS_PATH:
        from dvara_examples.embedded_gateway.models import model_list

        visit.answer = "models"
        response.json(200, model_list())
    else:
        visit.answer = "health"
        media = "application/json" if "json" in visit.head.header("accept") else _ACTUATOR_MEDIA
        response.json(200, {} if path.endswith("info") else {"status": "UP"}, media=media)


def _endpoint(name: str) -> TextEndpoint:
    endpoint: TextEndpoint = importlib.import_module(f"{__package__}.{name}").ENDPOINT
    return endpoint


def _accepted_key(visit: RequestContext, keys: KeyRing) -> str:
    """Return the key of the request, from ``Authorization: Bearer`` or ``x-api-key``. Raises Refused."""
    scheme, _, token = visit.head.header("authorization").partition(" ")
    key = token.strip() if scheme.lower() == "bearer" else visit.head.header("x-api-key")
    if not key:
        raise refuse("api_key_required")
    if key not in keys:
        raise refuse("invalid_api_key")
    return key
