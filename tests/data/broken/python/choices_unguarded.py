"""Defect: choices[0] of every chunk, though the usage chunk has no choices: the example dies after the last word."""

import os

import openai

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])

for chunk in client.chat.completions.create(
    model="gpt-4o",
    messages=[{"role": "user", "content": "Hello!"}],
    stream=True,
    stream_options={"include_usage": True},
):
    print(chunk.choices[0].delta.content or "", end="", flush=True)
print()
