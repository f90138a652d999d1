"""Stops reading in the middle of an answer; closing the connection tells the gateway to stop, too.

Run it: DVARA_API_KEY=gw_... python stream_cancel.py
"""

# [START stream_cancel]
import os
import sys

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds without a byte
)

pieces, finish_reason = 0, None
try:
    with client.chat.completions.create(
        model=os.environ.get("DVARA_MODEL", "gpt-4o"),
        messages=[{"role": "user", "content": "Count from 1 to 100."}],
        stream=True,
    ) as stream:  # leaving the block closes the connection
        for chunk in stream:
            for choice in chunk.choices:
                print(choice.delta.content or "", end="", flush=True)
                finish_reason = choice.finish_reason or finish_reason
                pieces += bool(choice.delta.content)
            if pieces == 5:
                break
except Exception as error:  # refused, cut, silent, an error event, or no JSON
    sys.exit(f"failed: {error!r}")
finally:
    print()

if pieces < 5 and not finish_reason:
    sys.exit("incomplete: the stream ended without a finish_reason")
print(f"[stopped after {pieces} pieces]")
# [END stream_cancel]
