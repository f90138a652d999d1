"""Streams a message with Anthropic's SDK.

Run it: DVARA_API_KEY=gw_... python messages_stream.py
"""

# [START messages_stream]
import os
import sys

from anthropic import Anthropic

client = Anthropic(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1").rstrip("/").removesuffix("/v1"),  # the SDK adds it
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    default_headers={"anthropic-version": "2023-06-01"},  # DVARA refuses any other
    timeout=15,  # seconds without a byte
)

stop_reason, stopped = None, False
try:
    for event in client.messages.create(
        model=os.environ.get("DVARA_MODEL", "claude-sonnet-5"),
        max_tokens=200,
        messages=[{"role": "user", "content": "Say in one sentence what an LLM gateway does."}],
        stream=True,
    ):
        if event.type == "content_block_delta" and event.delta.type == "text_delta":
            print(event.delta.text, end="", flush=True)
        elif event.type == "message_delta":
            stop_reason = event.delta.stop_reason
        stopped = stopped or event.type == "message_stop"
except Exception as error:  # refused, cut, silent, an error event, or no JSON
    sys.exit(f"failed: {error!r}")
finally:
    print()
if not stopped or not stop_reason:  # the loop also ends when half of the answer never came
    sys.exit("incomplete: the stream ended without a stop_reason and message_stop")
if stop_reason != "end_turn":  # "max_tokens", "refusal"
    print(f"[the answer ended early: {stop_reason}]")
# [END messages_stream]
