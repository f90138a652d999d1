"""Runs a tool with Agno, but never one whose call was cut off.

Run it: DVARA_API_KEY=gw_... python tool_agno.py
"""

# [START tool_agno]
import os
import sys

from agno.agent import Agent, RunErrorEvent
from agno.models.openai.like import OpenAILike
from openai import OpenAI

url, key = os.environ.get("DVARA_URL", "http://localhost:8080/v1"), os.environ.get("DVARA_API_KEY")
client = OpenAI(base_url=url, api_key=key or sys.exit("DVARA_API_KEY is not set"), timeout=15)
create = client.chat.completions.create


def pay(amount: int = 1) -> str:
    """Pay an amount."""
    print(f"tool pay({amount})", flush=True)
    return "paid"


def whole(**request):  # Agno runs a call without arguments with the defaults: stop it before it gets that far
    finish_reason = None
    for chunk in create(**request):
        finish_reason = next((choice.finish_reason for choice in chunk.choices if choice.finish_reason), finish_reason)
        yield chunk
    if finish_reason not in ("stop", "tool_calls"):
        raise RuntimeError(f"incomplete: finish_reason is {finish_reason}; nothing was run")


client.chat.completions.create = whole
model = OpenAILike(id=os.environ.get("DVARA_MODEL", "gpt-4o"), client=client)
for event in Agent(model=model, tools=[pay], telemetry=False).run("Pay 2500, please.", stream=True, stream_events=True):
    if isinstance(event, RunErrorEvent):  # nothing is raised
        sys.exit(f"failed: {event.content}")
# [END tool_agno]
