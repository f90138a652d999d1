"""DVARA's errors: one row per code, and the exception that carries one to the client.

The body is ``{"error": {"message", "type", "code"[, "param"], "trace_id"[, "rate_limit"]}}``; the status and the type follow from
the code. The layer that writes the answer decides its format, see :class:`Writer`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType


class Writer(Enum):
    """Which layer of the gateway writes an error; each has its own content type and framing."""

    FILTER = "filter"
    """A servlet filter, before the request is read: ISO-8859-1 and ``Content-Length``, whatever ``Accept`` says."""
    ENTITY = "entity"
    """An exception handler that returns a response entity: chunked."""
    BODY = "body"
    """An exception handler that returns the body alone: ``Content-Length``."""


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One error: its HTTP status, the fields of its envelope, and its default message."""

    status: int
    type: str
    code: str
    message: str
    writer: Writer = Writer.ENTITY


_INVALID = "invalid_request_error"
_ROWS = (
    ErrorRow(400, _INVALID, "invalid_request", "Invalid request"),
    ErrorRow(400, _INVALID, "validation_error", "Validation failed"),
    ErrorRow(400, _INVALID, "invalid_json", "Request body is not valid JSON", Writer.BODY),
    ErrorRow(400, _INVALID, "unsupported_api_version", "The header anthropic-version must be 2023-06-01"),
    ErrorRow(400, _INVALID, "unsupported_capability", "The request asks for something that is not supported"),
    ErrorRow(400, _INVALID, "no_provider", "No provider is configured for this model"),
    ErrorRow(400, _INVALID, "no_capable_provider", "The provider of this model does not support the request"),
    ErrorRow(400, _INVALID, "provider_rejected_request", "The provider rejected the request"),
    ErrorRow(400, _INVALID, "invalid_path", "Request path is not in canonical form", Writer.FILTER),
    ErrorRow(400, "pii_violation", "pii_detected", "Request blocked: PII detected"),
    ErrorRow(400, "context_window_error", "context_window_exceeded", "The prompt is longer than the context window"),
    ErrorRow(401, "authentication_error", "invalid_api_key", "Invalid API key", Writer.FILTER),
    ErrorRow(401, "authentication_error", "api_key_required", "API key is required", Writer.FILTER),
    ErrorRow(401, "authentication_error", "api_key_revoked", "API key has been revoked", Writer.FILTER),
    ErrorRow(401, "authentication_error", "api_key_expired", "API key has expired", Writer.FILTER),
    ErrorRow(402, "budget_exceeded", "budget_cap_hard", "Budget exceeded"),
    ErrorRow(402, "budget_exceeded", "per_call_cost_exceeded", "The call would cost more than is allowed"),
    ErrorRow(403, "policy_violation", "policy_denied", "Request denied by policy"),
    ErrorRow(403, "guardrail_violation", "guardrail_blocked", "Request blocked: guardrail violation detected"),
    ErrorRow(403, "permission_error", "api_key_scope", "API key does not have the required scope"),
    ErrorRow(403, "workspace_suspended", "workspace_suspended", "Workspace is suspended"),
    ErrorRow(404, "not_found_error", "resource_not_found", "Resource not found", Writer.BODY),
    ErrorRow(404, "not_found_error", "not_found", "Not found", Writer.BODY),
    ErrorRow(405, _INVALID, "method_not_allowed", "Method not allowed"),
    ErrorRow(406, _INVALID, "not_acceptable", "Not acceptable"),
    ErrorRow(413, "input_size_error", "input_too_large", "Input is too large"),
    ErrorRow(413, "input_size_error", "file_too_large", "File is too large"),
    ErrorRow(415, _INVALID, "unsupported_media_type", "Unsupported media type", Writer.BODY),
    ErrorRow(422, "schema_validation_error", "schema_validation_failed", "The answer does not match the output schema"),
    ErrorRow(429, "rate_limit_error", "rate_limit_exceeded", "Rate limit exceeded", Writer.FILTER),
    ErrorRow(429, "provider_rate_limited", "provider_rate_limited", "The provider limits the rate of requests"),
    ErrorRow(500, "gateway_error", "internal_error", "An unexpected error occurred", Writer.BODY),
    ErrorRow(502, "provider_error", "provider_error", "OpenAI streaming error 500 (provider internal server error)"),
    ErrorRow(503, "provider_unavailable", "provider_circuit_open", "The provider is unavailable: circuit breaker is open"),
    ErrorRow(503, "provider_unavailable", "failover_capability_mismatch", "No fallback can serve this request"),
)

ERRORS: Mapping[str, ErrorRow] = MappingProxyType({row.code: row for row in _ROWS})
"""Every row by its code; the first row of a status is the one meant by the status alone."""


def row_of_status(status: int) -> ErrorRow | None:
    """Return the usual error for *status*, or None if the gateway has none."""
    return next((row for row in _ROWS if row.status == status), None)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The decision to answer a request with an error."""

    code: str
    message: str | None = None
    param: str | None = None
    retry_after_s: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def row(self) -> ErrorRow:
        """The row of the table for *code*."""
        return ERRORS[self.code]

    def envelope(self, trace_id: str, now: datetime) -> dict[str, object]:
        """Return the body of the answer, in the gateway's order of fields."""
        error: dict[str, object] = {"message": self.message or self.row.message, "type": self.row.type, "code": self.code}
        if self.param is not None:
            error["param"] = self.param
        error["trace_id"] = trace_id
        if self.code == "rate_limit_exceeded":
            error["rate_limit"] = {
                "limited_resource": "requests",
                "limit_type": "per_minute",
                "limit": 100,
                "remaining": 0,
                "retry_after_seconds": self.retry_after_s or 0,
                "reset_at": self._reset_at(now),
            }
        return {"error": error}

    def all_headers(self, now: datetime) -> list[tuple[str, str]]:
        """Return the headers that this error adds to the usual ones, in order."""
        added = list(self.headers.items())
        if self.code == "failover_capability_mismatch":
            added.append(("X-Gateway-Failover-Blocked", "capability_mismatch"))
        if self.retry_after_s is not None:
            added.append(("Retry-After", str(self.retry_after_s)))
        if self.code == "rate_limit_exceeded":
            added.append(("X-RateLimit-Retry-After-Seconds", str(self.retry_after_s or 0)))
            added.append(("X-RateLimit-Reset", self._reset_at(now)))
        return added

    def _reset_at(self, now: datetime) -> str:
        at = (now + timedelta(seconds=self.retry_after_s or 0)).replace(microsecond=0, tzinfo=None)
        return at.isoformat() + "Z"


class RequestRefused(Exception):  # noqa: N818 - a decision of the gateway, not a fault of the program
    """Ends the handling of a request; *refusal* goes to the client."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def refuse(
    code: str, message: str | None = None, *, param: str | None = None, headers: Mapping[str, str] | None = None
) -> RequestRefused:
    """Return the exception that answers a request with the row *code*; the caller raises it."""
    return RequestRefused(Refusal(code, message, param, headers=headers or {}))
