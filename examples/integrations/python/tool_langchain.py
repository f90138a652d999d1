"""Runs a tool that LangChain's model asked for, but never one whose call was cut off.

Run it: DVARA_API_KEY=gw_... python tool_langchain.py
"""

# [START tool_langchain]
import os
import sys

from langchain_core.tools import tool
from langchain_openai import ChatOpenAI


@tool
def pay(amount: int) -> str:
    """Pay an amount."""
    print(f"tool pay({amount})", flush=True)
    return "paid"


model = ChatOpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    model=os.environ.get("DVARA_MODEL", "gpt-4o"),
    timeout=15,
)

answer = None
try:
    for chunk in model.bind_tools([pay]).stream("Pay 2500, please."):
        answer = chunk if answer is None else answer + chunk
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"failed: {error!r}")
finish_reason = answer.response_metadata.get("finish_reason") if answer else None
if finish_reason != "tool_calls":  # adding the chunks up closes JSON that is still open: 2500 may have become 25
    sys.exit(f"incomplete: finish_reason is {finish_reason}; nothing was run")
for call in answer.tool_calls:
    pay.invoke(call)
# [END tool_langchain]
