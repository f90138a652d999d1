"""Prints an answer while it arrives.

Run it: DVARA_API_KEY=gw_... python stream_basic.py
"""

# [START stream_basic]
import os
import sys

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds without a byte
)

finish_reason = None
try:
    stream = client.chat.completions.create(
        model=os.environ.get("DVARA_MODEL", "gpt-4o"),
        messages=[{"role": "user", "content": "Say in one sentence what an LLM gateway does."}],
        stream=True,
    )
    for chunk in stream:
        for choice in chunk.choices:  # a usage chunk has none
            print(choice.delta.content or "", end="", flush=True)
            finish_reason = choice.finish_reason or finish_reason
except Exception as error:  # refused, cut, silent, an error event, or no JSON
    sys.exit(f"failed: {error!r}")
finally:
    print()

if not finish_reason:  # the loop also ends when half of the answer never came
    sys.exit("incomplete: the stream ended without a finish_reason")
if finish_reason != "stop":  # "length", "content_filter"
    print(f"[the answer ended early: {finish_reason}]")
# [END stream_basic]
