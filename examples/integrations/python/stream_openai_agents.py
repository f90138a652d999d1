"""Streams an answer with the OpenAI Agents SDK, and knows whether it is whole.

Run it: DVARA_API_KEY=gw_... python stream_openai_agents.py
"""

# [START stream_openai_agents]
import asyncio
import os
import sys

from agents import Agent, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from openai import AsyncOpenAI

url, key = os.environ.get("DVARA_URL", "http://localhost:8080/v1"), os.environ.get("DVARA_API_KEY")
client = AsyncOpenAI(base_url=url, api_key=key or sys.exit("DVARA_API_KEY is not set"), timeout=15)
create, reasons = client.chat.completions.create, []


async def noting(**request):  # the SDK has no finish reason in any event or result: read it below the SDK
    async def noted(chunks):
        async for chunk in chunks:
            reasons.extend(choice.finish_reason for choice in chunk.choices if choice.finish_reason)
            yield chunk

    return noted(await create(**request))


async def ask() -> None:
    client.chat.completions.create = noting
    model = OpenAIChatCompletionsModel(os.environ.get("DVARA_MODEL", "gpt-4o"), client)
    result = Runner.run_streamed(Agent("Teller", model=model), "Say in one sentence what an LLM gateway does.", max_turns=1)
    async for event in result.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            print(event.data.delta, end="", flush=True)


set_tracing_disabled(True)
try:
    asyncio.run(ask())
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"\nfailed: {error!r}")
print()
if reasons != ["stop"]:
    sys.exit(f"incomplete: finish_reason is {reasons[-1] if reasons else None}")
# [END stream_openai_agents]
