"""The agent of the first pages, with a tool that tells when it runs."""

import os

from strands import Agent, tool
from strands.models.openai import OpenAIModel


@tool
def pay(amount: int = 1) -> str:
    """Pay an amount."""
    print(f"\ntool pay({amount})", flush=True)
    return "paid"


client_args = {"base_url": os.environ["DVARA_URL"], "api_key": os.environ["DVARA_API_KEY"]}
agent = Agent(model=OpenAIModel(client_args=client_args, model_id="gpt-4o"), tools=[pay])
agent("Pay 2500, please.")
