"""Asks once and prints the whole answer.

Run it: DVARA_API_KEY=gw_... python chat_basic.py
"""

# [START chat_basic]
import os
import sys

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds without a byte
)

try:
    completion = client.chat.completions.create(
        model=os.environ.get("DVARA_MODEL", "gpt-4o"),
        messages=[{"role": "user", "content": "Say in one sentence what an LLM gateway does."}],
    )
    choice = completion.choices[0]
except Exception as error:  # refused, cut, silent, a status of 400 or above, or no JSON
    sys.exit(f"failed: {error!r}")

print(choice.message.content or "")
if not choice.finish_reason:
    sys.exit("incomplete: the answer has no finish_reason")
if choice.finish_reason != "stop":  # "length", "content_filter"
    print(f"[the answer ended early: {choice.finish_reason}]")
# [END chat_basic]
