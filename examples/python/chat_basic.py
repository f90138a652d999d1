"""Asks once and prints the whole answer.

Run it: DVARA_API_KEY=gw_... python chat_basic.py
"""

# [START chat_basic]
import os
import sys

import openai

client = openai.OpenAI(
    base_url=os.environ.get("DVARA_URL") or "http://localhost:8080/v1",
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds of silence
)


def answer(prompt: str) -> str | None:
    """Print the answer and return its finish_reason."""
    completion = client.chat.completions.create(
        model=os.environ.get("DVARA_MODEL") or "gpt-4o",
        messages=[{"role": "user", "content": prompt}],
    )
    for choice in getattr(completion, "choices", None) or []:  # a proxy's web page has none
        print((choice.message and choice.message.content) or "")
        return choice.finish_reason
    return None


try:
    finish_reason = answer("Say in one sentence what an LLM gateway does.")
except openai.APIConnectionError as error:  # refused, cut, or silent for too long
    sys.exit(f"connection failed: {error.__cause__ or error}")
except openai.APIStatusError as error:  # a status of 400 or above
    reason = (isinstance(error.body, dict) and error.body.get("message")) or "no reason given"
    sys.exit(f"error {error.status_code} {error.code or 'unknown'}: {reason}")
except (KeyboardInterrupt, BrokenPipeError):  # Ctrl-C, or nobody reads any more
    os._exit(130)  # without a traceback
except Exception as error:
    sys.exit(f"unreadable answer: {error!r}")

if finish_reason is None:
    sys.exit("incomplete: the answer has no finish_reason")
if finish_reason == "content_filter":
    print("[answer withheld by content filter]")
elif finish_reason != "stop":
    print(f"[answer cut off: {finish_reason}]")
    print(f"cut off: finish_reason is {finish_reason}", file=sys.stderr)
# [END chat_basic]
