"""The loop of the first pages: it prints what comes, and asks nothing."""

import asyncio
import os

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])
agent = Agent(OpenAIChatModel("gpt-4o", provider=provider))


async def main() -> None:
    """Ask, and print."""
    async with agent.run_stream("Say hello.") as result:
        async for text in result.stream_text(delta=True):
            print(text, end="", flush=True)


asyncio.run(main())
