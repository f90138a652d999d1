"""The loop that most pages print for Python. Nothing in it asks how the answer ended."""

import os

from openai import OpenAI

client = OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])

stream = client.chat.completions.create(
    model="gpt-4o",
    messages=[{"role": "user", "content": "Say in one sentence what an LLM gateway does."}],
    stream=True,
)
for chunk in stream:
    if chunk.choices[0].delta.content is not None:
        print(chunk.choices[0].delta.content, end="", flush=True)
print()
