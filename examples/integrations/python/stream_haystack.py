"""Streams an answer with Haystack, and knows whether it is whole.

Run it: DVARA_API_KEY=gw_... python stream_haystack.py
"""

# [START stream_haystack]
import os
import sys

from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage, StreamingChunk
from haystack.utils import Secret

reasons: list[str] = []


def show(chunk: StreamingChunk) -> None:
    """Print a piece, and keep the finish reason as the gateway sent it; `chunk.finish_reason` drops unknown ones."""
    print(chunk.content, end="", flush=True)
    if reason := chunk.meta.get("finish_reason"):
        reasons.append(reason)


generator = OpenAIChatGenerator(
    api_base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=Secret.from_token(os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set")),
    model=os.environ.get("DVARA_MODEL", "gpt-4o"),
    timeout=15,
    max_retries=2,  # 5 without it
    streaming_callback=show,
)
try:
    generator.run([ChatMessage.from_user("Say in one sentence what an LLM gateway does.")])
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"\nfailed: {error!r}")
print()
if reasons[-1:] != ["stop"]:  # none: the stream just ended
    sys.exit(f"incomplete: finish_reason is {reasons[-1] if reasons else None}")
# [END stream_haystack]
