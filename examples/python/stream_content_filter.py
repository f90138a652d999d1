"""Reports what governance refuses, and the trace id to ask about. It does not ask again: the rule would be the same.

Run it: DVARA_API_KEY=gw_... python stream_content_filter.py
"""

# [START stream_content_filter]
import os
import sys

from openai import APIStatusError, OpenAI

client = OpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds without a byte
)

trace_id = finish_reason = None
try:
    stream = client.chat.completions.create(
        model=os.environ.get("DVARA_MODEL", "gpt-4o"),
        messages=[{"role": "user", "content": "Invent an e-mail address for Jane Doe."}],
        stream=True,
    )
    trace_id = stream.response.headers.get("X-Trace-ID")
    for chunk in stream:
        for choice in chunk.choices:
            print(choice.delta.content or "", end="", flush=True)
            finish_reason = choice.finish_reason or finish_reason
except APIStatusError as error:  # a prompt is refused before the stream: guardrail_blocked, pii_detected, policy_denied
    sys.exit(f"refused: {error.code}, trace id {error.response.headers.get('X-Trace-ID')}")
except Exception as error:
    sys.exit(f"failed: {error!r}, trace id {trace_id}")
print()
if finish_reason == "content_filter":  # an answer is refused with its finish_reason, and without a word why
    print(f"[answer withheld by content filter, trace id {trace_id}]")
elif finish_reason != "stop":
    sys.exit(f"incomplete: finish_reason is {finish_reason}, trace id {trace_id}")
# [END stream_content_filter]
