"""The loop of the first pages: it prints what comes, and asks nothing."""

import os

from openai import OpenAI

client = OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])
messages = [{"role": "user", "content": "Say hello."}]
for chunk in client.chat.completions.create(model="gpt-4o", messages=messages, stream=True):
    if chunk.choices and chunk.choices[0].delta.content:
        print(chunk.choices[0].delta.content, end="", flush=True)
