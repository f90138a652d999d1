"""The agent of the first pages, with a tool that tells when it runs."""

import os

from agno.agent import Agent
from agno.models.openai.like import OpenAILike


def pay(amount: int = 1) -> str:
    """Pay an amount."""
    print(f"tool pay({amount})", flush=True)
    return "paid"


model = OpenAILike(id="gpt-4o", base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])
for chunk in Agent(model=model, tools=[pay], telemetry=False).run("Pay 2500, please.", stream=True):
    print(chunk.content or "", end="", flush=True)
