"""The loop that most pages print for OpenAI's Responses in Python. Nothing in it asks how the answer ended."""

import os

from openai import OpenAI

client = OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])

stream = client.responses.create(model="gpt-4o", input="Say in one sentence what an LLM gateway does.", stream=True)
for event in stream:
    if event.type == "response.output_text.delta":
        print(event.delta, end="", flush=True)
print()
