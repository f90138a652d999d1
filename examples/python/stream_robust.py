"""Streams with everything that can go wrong told apart: silence, cuts, error events, odd chunks, Ctrl-C, a closed pipe.

Run it: DVARA_API_KEY=gw_... python stream_robust.py
"""

# [START stream_robust]
import os
import sys

import openai

try:
    from httpx2 import TransportError  # openai 3 before 3.20 lets the errors of its HTTP library through
except ImportError:
    from httpx import TransportError  # and so does openai 2

client = openai.OpenAI(
    base_url=os.environ.get("DVARA_URL") or "http://localhost:8080/v1",
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds without a byte
)


def stream_answer(prompt: str) -> str | None:
    """Print the answer piece by piece and return its finish_reason."""
    stream = client.chat.completions.create(
        model=os.environ.get("DVARA_MODEL") or "gpt-4o",
        messages=[{"role": "user", "content": prompt}],
        stream=True,
    )
    finish_reason = None
    try:
        for chunk in stream:
            for choice in chunk.choices or []:  # a usage chunk has none
                if choice.delta and choice.delta.content:
                    print(choice.delta.content, end="", flush=True)
                finish_reason = choice.finish_reason or finish_reason
    finally:
        print()
    return finish_reason


try:
    finish_reason = stream_answer("Say in one sentence what an LLM gateway does.")
except (openai.APIConnectionError, TransportError) as error:  # refused, cut, or silent for too long
    sys.exit(f"connection failed: {error.__cause__ or error}")
except openai.APIError as error:  # a status, or an error event inside the stream
    reason = (isinstance(error.body, dict) and error.body.get("message")) or "no reason given"
    sys.exit(f"error {getattr(error, 'status_code', 'event')} {error.code or 'unknown'}: {' '.join(str(reason).split())}")
except (KeyboardInterrupt, BrokenPipeError):  # Ctrl-C, or nobody reads any more
    os._exit(130)  # without a traceback
except Exception as error:
    sys.exit(f"unreadable answer: {error!r}")

if finish_reason is None:  # although the connection may have closed in good order
    sys.exit("incomplete: the stream ended without a finish_reason")
if finish_reason == "content_filter":
    print("[answer withheld by content filter]")
elif finish_reason != "stop":
    print(f"[answer cut off: {finish_reason}]")
    print(f"cut off: finish_reason is {finish_reason}", file=sys.stderr)
# [END stream_robust]
