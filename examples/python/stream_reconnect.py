"""Asks again when the connection is lost, three times in all. An answer cannot be resumed: it visibly starts again.

Run it: DVARA_API_KEY=gw_... python stream_reconnect.py
"""

# [START stream_reconnect]
import os
import sys
import time

from openai import APIConnectionError, APIError, OpenAI

url, key = os.environ.get("DVARA_URL", "http://localhost:8080/v1"), os.environ.get("DVARA_API_KEY")
client = OpenAI(base_url=url, api_key=key or sys.exit("DVARA_API_KEY is not set"), timeout=15, max_retries=0)
model = os.environ.get("DVARA_MODEL", "gpt-4o")
messages = [{"role": "user", "content": "Say in one sentence what an LLM gateway does."}]

for pause_s in (0, 0.5, 1):
    if pause_s:
        print("\n[connection lost, the answer starts again]")
        time.sleep(pause_s)
    finish_reason, problem = None, "the stream ended without a finish_reason"
    try:
        for chunk in client.chat.completions.create(model=model, messages=messages, stream=True):
            for choice in chunk.choices:  # a usage chunk has none
                print(choice.delta.content or "", end="", flush=True)
                finish_reason = choice.finish_reason or finish_reason
    except (KeyboardInterrupt, BrokenPipeError):  # Ctrl-C, or nobody reads any more
        os._exit(130)
    except Exception as error:
        problem = error
    # Final are a finish_reason, a status of 400 or above, an error event and what is no JSON. All else is a lost connection.
    if finish_reason or (isinstance(problem, (APIError, ValueError)) and not isinstance(problem, APIConnectionError)):
        break
print()
if not finish_reason:
    sys.exit(f"failed: {problem!r}")
if finish_reason != "stop":  # "length", "content_filter"
    print(f"[the answer ended early: {finish_reason}]")
# [END stream_reconnect]
