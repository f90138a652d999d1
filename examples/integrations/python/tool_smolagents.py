"""Runs a tool that smolagents' model asked for, but never one whose call was cut off.

Run it: DVARA_API_KEY=gw_... python tool_smolagents.py
"""

# [START tool_smolagents]
import os
import sys

from smolagents import OpenAIModel, ToolCallingAgent, tool


@tool
def pay(amount: int = 1) -> str:
    """Pay an amount.

    Args:
        amount: The amount.
    """
    print(f"tool pay({amount})", flush=True)
    return "paid"


name, url = os.environ.get("DVARA_MODEL", "gpt-4o"), os.environ.get("DVARA_URL", "http://localhost:8080/v1")
key = os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set")
model = OpenAIModel(name, api_base=url, api_key=key, client_kwargs={"timeout": 15}, retry=False)
create = model.client.chat.completions.create


def whole(**request):  # smolagents runs a call without arguments with the defaults: stop it before it gets that far
    finish_reason = None
    for chunk in create(**request):
        finish_reason = next((choice.finish_reason for choice in chunk.choices if choice.finish_reason), finish_reason)
        yield chunk
    if finish_reason not in ("stop", "tool_calls"):
        raise RuntimeError(f"incomplete: finish_reason is {finish_reason}; nothing was run")


model.client.chat.completions.create = whole
try:
    agent = ToolCallingAgent(tools=[pay], model=model, stream_outputs=True, verbosity_level=0, max_steps=1)
    agent.run("Pay 2500, please.")  # a text is no end for this agent: after one step it asks for one itself
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"failed: {error!r}")
# [END tool_smolagents]
