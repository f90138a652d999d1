"""The models of the embedded gateway, and how it routes names: by prefix, like the gateway's default."""

LISTED = (
    *("mock/test-model", "gpt-4o", "gpt-4o-mini", "claude-sonnet-5", "claude-sonnet-4-5", "gemini-2.5-flash"),
    "text-embedding-3-small",
)
OWNER = "dvara-examples"
_CREATED = 1_767_225_600  # 2026-01-01 for all of them: the date does not matter

_PREFIXES = (
    "gpt",
    "o1",
    "o3",
    "o4",
    "chatgpt",
    "claude",
    "gemini",
    "mistral",
    "command",
    "qwen",
    "deepseek",
    "moonshot",
    "glm",
    "grok",
)
_NAMESPACES = ("ollama/", "azure/", "groq/", "bedrock/", "mock/")


def has_provider(model: str) -> bool:
    """Tell whether a provider serves *model*; for a name with a slash, only the part before it counts."""
    return model.startswith(_NAMESPACES) or ("/" not in model and model.startswith(_PREFIXES))


def model_list() -> dict[str, object]:
    """Return the answer to ``GET /v1/models``."""
    return {"object": "list", "data": [_entry(model) for model in LISTED]}


def _entry(model: str) -> dict[str, object]:
    capabilities = {
        "supports_streaming": True,
        "supports_vision": False,
        "supports_tool_calls": True,
        "supports_structured_outputs": True,
        "supports_json_mode": True,
        "max_context_tokens": 128_000,
    }
    return {"id": model, "object": "model", "created": _CREATED, "owned_by": OWNER, "capabilities": capabilities}
