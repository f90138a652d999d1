"""Streams an answer with LiteLLM, and knows whether it is whole.

Run it: DVARA_API_KEY=gw_... python stream_litellm.py
"""

# [START stream_litellm]
import os
import sys

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else the import fetches a table of prices
import litellm

finish_reason, text = None, ""
try:
    stream = litellm.completion(
        model="openai/" + os.environ.get("DVARA_MODEL", "gpt-4o"),
        api_base=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
        api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
        messages=[{"role": "user", "content": "Say in one sentence what an LLM gateway does."}],
        stream=True,
        timeout=15,
    )
    for chunk in stream:
        text += (piece := chunk.choices[0].delta.content or "")
        print(piece, end="", flush=True)
        finish_reason = chunk.choices[0].finish_reason or finish_reason
except Exception as error:  # refused, cut, silent, or an error event
    sys.exit(f"\nfailed: {error!r}")
print()
if finish_reason != "stop" or not text:  # LiteLLM says "stop" of a stream that never began
    sys.exit(f"incomplete: finish_reason is {finish_reason}, {len(text)} characters came")
# [END stream_litellm]
