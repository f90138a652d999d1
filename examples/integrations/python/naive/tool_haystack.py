"""The agent of the first pages, with a tool that tells when it runs."""

import os
from typing import Annotated

from haystack.components.agents import Agent
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.components.generators.utils import print_streaming_chunk
from haystack.dataclasses import ChatMessage
from haystack.tools import tool
from haystack.utils import Secret


@tool
def pay(amount: Annotated[int, "the amount"] = 1) -> str:
    """Pay an amount."""
    print(f"\ntool pay({amount})", flush=True)
    return "paid"


generator = OpenAIChatGenerator(
    api_base_url=os.environ["DVARA_URL"], api_key=Secret.from_token(os.environ["DVARA_API_KEY"]), model="gpt-4o"
)
agent = Agent(chat_generator=generator, tools=[pay], streaming_callback=print_streaming_chunk)
agent.run([ChatMessage.from_user("Pay 2500, please.")])
