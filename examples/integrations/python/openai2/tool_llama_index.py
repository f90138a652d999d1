"""Runs a tool that LlamaIndex's model asked for, but never one whose call was cut off.

Run it: DVARA_API_KEY=gw_... python tool_llama_index.py
"""

# [START tool_llama_index]
import os
import sys

from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike


def pay(amount: int) -> str:
    """Pay an amount."""
    print(f"tool pay({amount})", flush=True)
    return "paid"


llm = OpenAILike(
    api_base=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    model=os.environ.get("DVARA_MODEL", "gpt-4o"),
    is_chat_model=True,
    is_function_calling_model=True,
    timeout=15,
    max_retries=2,
)

finish_reason = response = None
try:
    tools = [FunctionTool.from_defaults(pay)]
    for response in llm.stream_chat_with_tools(tools, user_msg="Pay 2500, please.", allow_parallel_tool_calls=True):
        for choice in response.raw.choices:
            finish_reason = choice.finish_reason or finish_reason
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"failed: {error!r}")
if finish_reason != "tool_calls":  # LlamaIndex closes JSON that is still open: 2500 may have become 25
    sys.exit(f"incomplete: finish_reason is {finish_reason}; nothing was run")
for call in llm.get_tool_calls_from_response(response):
    pay(**call.tool_kwargs)
# [END tool_llama_index]
