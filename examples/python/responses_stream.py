"""Streams from /v1/responses, and checks by itself what DVARA does not say there: whether the answer is complete.

Run it: DVARA_API_KEY=gw_... python responses_stream.py
"""

# [START responses_stream]
import os
import sys

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds without a byte
)

completed, text = False, ""
try:
    for event in client.responses.create(
        model=os.environ.get("DVARA_MODEL", "gpt-4o"),
        input="Say in one sentence what an LLM gateway does. End with the word END.",
        stream=True,
    ):
        if event.type == "response.output_text.delta":
            print(event.delta, end="", flush=True)
            text += event.delta
        elif event.type == "response.failed":  # also where the provider could not be reached
            raise RuntimeError(event.response.error.message)
        completed = completed or event.type == "response.completed"
except Exception as error:  # refused, cut, silent, failed, or no JSON
    sys.exit(f"failed: {error!r}")
finally:
    print()

if not completed:  # the loop also ends when half of the answer never came
    sys.exit("incomplete: the stream ended without response.completed")
if not text.rstrip(' .!*"}\n').endswith(" END"):  # DVARA tells no finish_reason here, not even of a withheld answer
    sys.exit("incomplete: the answer does not end with END")
# [END responses_stream]
