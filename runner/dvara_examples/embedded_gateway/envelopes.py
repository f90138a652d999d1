"""The envelopes in which the endpoints report errors: Anthropic's under ``/v1/messages``, OpenAI's elsewhere."""

from collections.abc import Mapping

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "permission_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    503: "overloaded_error",
    529: "overloaded_error",
}


def envelope_of(path: str, status: int, openai: Mapping[str, object]) -> Mapping[str, object]:
    """Return the envelope for a request to *path*, made from the one in OpenAI's shape."""
    error = openai.get("error")
    if not (path == "/v1/messages" or path.startswith("/v1/messages/")) or not isinstance(error, Mapping):
        return openai
    inner = {"type": _TYPES.get(status, "api_error"), "message": error.get("message"), "code": error.get("code")}
    return {"type": "error", "error": inner, "request_id": error.get("trace_id")}
