"""Streams an answer with Pydantic AI, and knows whether it is whole.

Run it: DVARA_API_KEY=gw_... python stream_pydantic_ai.py
"""

# [START stream_pydantic_ai]
import asyncio
import os
import sys

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
)
agent = Agent(OpenAIChatModel(os.environ.get("DVARA_MODEL", "gpt-4o"), provider=provider), model_settings={"timeout": 15})


async def ask() -> str | None:
    """Print the answer and return the finish reason that the gateway sent."""
    async with agent.run_stream("Say in one sentence what an LLM gateway does.") as result:
        async for text in result.stream_text(delta=True, debounce_by=None):  # else the last 0.1 s are lost with an error
            print(text, end="", flush=True)
        # result.response.finish_reason is "stop" also where none came; only the raw one tells
        return (result.response.provider_details or {}).get("finish_reason")


try:
    finish_reason = asyncio.run(ask())
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"\nfailed: {error!r}")
print()
if finish_reason != "stop":
    sys.exit(f"incomplete: finish_reason is {finish_reason}")
# [END stream_pydantic_ai]
