"""The agent of the first pages, with a tool that tells when it runs."""

import os

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI


def pay(amount: int = 1) -> str:
    """Pay an amount."""
    print(f"tool pay({amount})", flush=True)
    return "paid"


model = ChatOpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"], model="gpt-4o")
messages = [{"role": "user", "content": "Pay 2500, please."}]
for chunk, _ in create_agent(model, tools=[pay]).stream({"messages": messages}, stream_mode="messages"):
    print(chunk.text, end="", flush=True)
