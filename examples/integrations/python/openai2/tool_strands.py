"""Runs a tool with Strands Agents, but never one whose call was cut off.

Run it: DVARA_API_KEY=gw_... python tool_strands.py
"""

# [START tool_strands]
import os
import sys

from openai import AsyncOpenAI
from strands import Agent, tool
from strands.models.openai import OpenAIModel

url, key = os.environ.get("DVARA_URL", "http://localhost:8080/v1"), os.environ.get("DVARA_API_KEY")
client = AsyncOpenAI(base_url=url, api_key=key or sys.exit("DVARA_API_KEY is not set"), timeout=15)
create = client.chat.completions.create


@tool
def pay(amount: int = 1) -> str:
    """Pay an amount."""
    print(f"tool pay({amount})", flush=True)
    return "paid"


async def whole(**request):  # Strands runs a cut call with its defaults: stop the agent before it gets that far
    async def checked(chunks):
        finish_reason = None
        async for chunk in chunks:
            finish_reason = next((choice.finish_reason for choice in chunk.choices if choice.finish_reason), finish_reason)
            yield chunk
        if finish_reason not in ("stop", "tool_calls"):
            raise RuntimeError(f"incomplete: finish_reason is {finish_reason}; nothing was run")

    return checked(await create(**request))


client.chat.completions.create = whole
model = OpenAIModel(client=client, model_id=os.environ.get("DVARA_MODEL", "gpt-4o"))
try:
    Agent(model=model, tools=[pay], callback_handler=None, retry_strategy=None)("Pay 2500, please.")
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"failed: {error!r}")
# [END tool_strands]
