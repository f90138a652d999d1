"""Runs a tool with Pydantic AI, but never one whose call was cut off.

Run it: DVARA_API_KEY=gw_... python tool_pydantic_ai.py
"""

# [START tool_pydantic_ai]
import os
import sys

from pydantic_ai import Agent, ModelResponse, RunContext
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
)
agent = Agent(OpenAIChatModel(os.environ.get("DVARA_MODEL", "gpt-4o"), provider=provider), model_settings={"timeout": 15})


def check(response: ModelResponse) -> None:
    """Raise unless the gateway said that this answer is whole."""
    finish_reason = (response.provider_details or {}).get("finish_reason")
    if finish_reason not in ("stop", "tool_calls"):
        raise RuntimeError(f"incomplete: finish_reason is {finish_reason}")


@agent.tool
def pay(ctx: RunContext, amount: int = 1) -> str:
    """Pay an amount."""
    check(ctx.messages[-1])  # the answer that holds the call: Pydantic AI runs one without arguments with the defaults
    print(f"tool pay({amount})", flush=True)
    return "paid"


try:
    result = agent.run_stream_sync("Pay 2500, please.")
    result.get_output()
    for message in result.all_messages():  # the model is told of a call that is no JSON, and may pass over it
        if isinstance(message, ModelResponse):
            check(message)
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"failed: {error!r}")
# [END tool_pydantic_ai]
