"""Streams an answer with LlamaIndex, and knows whether it is whole.

Run it: DVARA_API_KEY=gw_... python stream_llama_index.py
"""

# [START stream_llama_index]
import os
import sys

from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike

llm = OpenAILike(
    api_base=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    model=os.environ.get("DVARA_MODEL", "gpt-4o"),
    is_chat_model=True,  # without it, the old completions are asked
    timeout=15,
    max_retries=2,
)

finish_reason = None
try:
    for response in llm.stream_chat([ChatMessage("Say in one sentence what an LLM gateway does.")]):
        print(response.delta, end="", flush=True)
        for choice in response.raw.choices:  # a usage chunk has none
            finish_reason = choice.finish_reason or finish_reason
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"\nfailed: {error!r}")
print()
if finish_reason != "stop":
    sys.exit(f"incomplete: finish_reason is {finish_reason}")
# [END stream_llama_index]
