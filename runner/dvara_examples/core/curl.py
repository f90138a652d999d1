"""A curl command to paste, to see a gateway stream."""

import json
import shlex


def ready_curl(model: str) -> tuple[str, ...]:
    """Return the lines of a curl command that asks *model* for a stream, for a shell with DVARA_URL and DVARA_API_KEY."""
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "Hello!"}]}
    return (
        'curl -N "$DVARA_URL/chat/completions" \\',
        '  -H "Authorization: Bearer $DVARA_API_KEY" -H "Content-Type: application/json" \\',
        f"  -d {shlex.quote(json.dumps(body))}",
    )
