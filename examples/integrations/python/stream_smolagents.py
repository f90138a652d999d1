"""Streams an answer with smolagents, and knows whether it is whole.

Run it: DVARA_API_KEY=gw_... python stream_smolagents.py
"""

# [START stream_smolagents]
import os
import sys

from smolagents import OpenAIModel

url, key = os.environ.get("DVARA_URL", "http://localhost:8080/v1"), os.environ.get("DVARA_API_KEY")
model = OpenAIModel(
    model_id=os.environ.get("DVARA_MODEL", "gpt-4o"),
    api_base=url,
    api_key=key or sys.exit("DVARA_API_KEY is not set"),
    client_kwargs={"timeout": 15},
    retry=False,  # with it, a rate limit is waited for over minutes
)
create, reasons = model.client.chat.completions.create, []


def noting(**request):  # a delta of smolagents has no finish reason: read it below
    for chunk in create(**request):
        reasons.extend(choice.finish_reason for choice in chunk.choices if choice.finish_reason)
        yield chunk


model.client.chat.completions.create = noting
try:
    for delta in model.generate_stream([{"role": "user", "content": "Say in one sentence what an LLM gateway does."}]):
        print(delta.content or "", end="", flush=True)
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"\nfailed: {error!r}")
print()
if reasons != ["stop"]:
    sys.exit(f"incomplete: finish_reason is {reasons[-1] if reasons else None}")
# [END stream_smolagents]
