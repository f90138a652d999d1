"""Streams an answer with LangChain, and knows whether it is whole.

Run it: DVARA_API_KEY=gw_... python stream_langchain.py
"""

# [START stream_langchain]
import os
import sys

from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    model=os.environ.get("DVARA_MODEL", "gpt-4o"),
    timeout=15,  # without it, stream() waits for ever
)

finish_reason = None
try:
    for chunk in model.stream("Say in one sentence what an LLM gateway does."):
        print(chunk.text, end="", flush=True)
        finish_reason = chunk.response_metadata.get("finish_reason") or finish_reason
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"\nfailed: {error!r}")
print()
if finish_reason != "stop":  # absent: the stream just ended; "length", "content_filter"
    sys.exit(f"incomplete: finish_reason is {finish_reason}")
# [END stream_langchain]
