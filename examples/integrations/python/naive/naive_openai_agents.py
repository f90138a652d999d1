"""The loop of the first pages: it prints what comes, and asks nothing."""

import asyncio
import os

from agents import Agent, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from openai import AsyncOpenAI
from openai.types.responses import ResponseTextDeltaEvent

set_tracing_disabled(True)
client = AsyncOpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])
agent = Agent(name="Joker", model=OpenAIChatCompletionsModel("gpt-4o", client))


async def main() -> None:
    """Ask, and print."""
    result = Runner.run_streamed(agent, input="Say hello.")
    async for event in result.stream_events():
        if event.type == "raw_response_event" and isinstance(event.data, ResponseTextDeltaEvent):
            print(event.data.delta, end="", flush=True)


asyncio.run(main())
