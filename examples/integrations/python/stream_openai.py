"""Streams an answer with the OpenAI SDK, and knows whether it is whole.

Run it: DVARA_API_KEY=gw_... python stream_openai.py
"""

# [START stream_openai]
import os
import sys

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,
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
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"\nfailed: {error!r}")
print()
if finish_reason != "stop":  # none: the stream just ended
    sys.exit(f"incomplete: finish_reason is {finish_reason}")
# [END stream_openai]
