"""The loop that most pages print for Anthropic's Messages in Python. Nothing in it asks how the answer ended."""

import os

from anthropic import Anthropic

client = Anthropic(
    base_url=os.environ["DVARA_URL"].removesuffix("/v1"),
    api_key=os.environ["DVARA_API_KEY"],
    default_headers={"anthropic-version": "2023-06-01"},
)

stream = client.messages.create(
    model="claude-sonnet-5",
    max_tokens=200,
    messages=[{"role": "user", "content": "Say in one sentence what an LLM gateway does."}],
    stream=True,
)
for event in stream:
    if event.type == "content_block_delta" and event.delta.type == "text_delta":
        print(event.delta.text, end="", flush=True)
print()
