"""The agent of the first pages, with a tool that tells when it runs."""

import asyncio
import os

from agents import Agent, OpenAIChatCompletionsModel, Runner, function_tool, set_tracing_disabled
from openai import AsyncOpenAI

set_tracing_disabled(True)


@function_tool
def pay(amount: int = 1) -> str:
    """Pay an amount."""
    print(f"tool pay({amount})", flush=True)
    return "paid"


async def main() -> None:
    """Ask, and print."""
    client = AsyncOpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])
    agent = Agent(name="Payer", model=OpenAIChatCompletionsModel("gpt-4o", client), tools=[pay])
    result = Runner.run_streamed(agent, input="Pay 2500, please.")
    async for _ in result.stream_events():
        pass
    print(result.final_output)


asyncio.run(main())
