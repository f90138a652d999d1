"""Runs a tool with Haystack, but never one whose call was cut off.

Run it: DVARA_API_KEY=gw_... python tool_haystack.py
"""

# [START tool_haystack]
import os
import sys
from typing import Annotated

from haystack.components.agents import Agent, State
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.hooks import hook
from haystack.tools import tool
from haystack.utils import Secret


@tool
def pay(amount: Annotated[int, "the amount"] = 1) -> str:
    """Pay an amount."""
    print(f"tool pay({amount})", flush=True)
    return "paid"


@hook
def whole(state: State) -> None:
    """Stop before a tool runs if its call is not whole: Haystack runs one without arguments with the defaults."""
    finish_reason = state.get("messages")[-1].meta["finish_reason"]
    if finish_reason not in ("stop", "tool_calls"):
        raise RuntimeError(f"incomplete: finish_reason is {finish_reason}; nothing was run")


generator = OpenAIChatGenerator(
    api_base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=Secret.from_token(os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set")),
    model=os.environ.get("DVARA_MODEL", "gpt-4o"),
    timeout=15,
    max_retries=2,  # 5 without it
    streaming_callback=lambda _: None,
)
try:
    agent = Agent(chat_generator=generator, tools=[pay], hooks={"before_tool": [whole], "on_exit": [whole]})
    agent.run([ChatMessage.from_user("Pay 2500, please.")])
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"failed: {error!r}")
# [END tool_haystack]
