"""Runs a tool with the OpenAI Agents SDK, but never one whose call was cut off.

Run it: DVARA_API_KEY=gw_... python tool_openai_agents.py
"""

# [START tool_openai_agents]
import asyncio
import os
import sys

from agents import Agent, OpenAIChatCompletionsModel, RunConfig, Runner, function_tool
from openai import AsyncOpenAI

url, key = os.environ.get("DVARA_URL", "http://localhost:8080/v1"), os.environ.get("DVARA_API_KEY")
client = AsyncOpenAI(base_url=url, api_key=key or sys.exit("DVARA_API_KEY is not set"), timeout=15)
create = client.chat.completions.create


@function_tool
def pay(amount: int = 1) -> str:
    """Pay an amount."""
    print(f"tool pay({amount})", flush=True)
    return "paid"


async def whole(**request):  # the SDK runs a call without arguments with the defaults: stop it before it gets that far
    async def checked(chunks, finish_reason=None):
        async for chunk in chunks:
            finish_reason = next((choice.finish_reason for choice in chunk.choices if choice.finish_reason), finish_reason)
            yield chunk
        if finish_reason not in ("stop", "tool_calls"):
            raise RuntimeError(f"incomplete: finish_reason is {finish_reason}; nothing was run")

    return checked(await create(**request))


async def ask(model: OpenAIChatCompletionsModel) -> None:
    agent, quiet = Agent("Payer", model=model, tools=[pay]), RunConfig(tracing_disabled=True)
    [event async for event in Runner.run_streamed(agent, "Pay 2500, please.", run_config=quiet).stream_events()]


client.chat.completions.create = whole
try:
    asyncio.run(ask(OpenAIChatCompletionsModel(os.environ.get("DVARA_MODEL", "gpt-4o"), client)))
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"failed: {error!r}")
# [END tool_openai_agents]
