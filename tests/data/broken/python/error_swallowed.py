"""Defect: an empty except. The gateway reports an error inside the stream, and nobody hears of it."""

import os

import openai

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])

try:
    for chunk in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi!"}], stream=True):
        for choice in chunk.choices:
            print(choice.delta.content or "", end="", flush=True)
except openai.OpenAIError:
    pass
print()
