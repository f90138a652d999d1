"""The agent of the first pages, with a tool that tells when it runs."""

import os

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])
agent = Agent(OpenAIChatModel("gpt-4o", provider=provider))


@agent.tool_plain
def pay(amount: int = 1) -> str:
    """Pay an amount."""
    print(f"tool pay({amount})", flush=True)
    return "paid"


result = agent.run_stream_sync("Pay 2500, please.")
for text in result.stream_text(delta=True):
    print(text, end="", flush=True)
