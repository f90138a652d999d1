"""Prints an answer while it arrives, and what it cost in tokens.

Run it: DVARA_API_KEY=gw_... python stream_usage.py
"""

# [START stream_usage]
import os
import sys

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds without a byte
)

finish_reason = usage = None
try:
    for chunk in client.chat.completions.create(
        model=os.environ.get("DVARA_MODEL", "gpt-4o"),
        messages=[{"role": "user", "content": "Say in one sentence what an LLM gateway does."}],
        stream=True,
        stream_options={"include_usage": True},
    ):
        usage = chunk.usage or usage  # in the last chunk, which has no choices
        for choice in chunk.choices:
            print(choice.delta.content or "", end="", flush=True)
            finish_reason = choice.finish_reason or finish_reason
except Exception as error:  # refused, cut, silent, an error event, or no JSON
    sys.exit(f"failed: {error!r}")
finally:
    print()

if not finish_reason:
    sys.exit("incomplete: the stream ended without a finish_reason")
if usage:  # not every provider counts
    print(f"[{usage.prompt_tokens} tokens asked, {usage.completion_tokens} answered]")
# [END stream_usage]
