"""Stops reading after three pieces, and then has other things to do."""

import os
import time

from openai import OpenAI

client = OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])
question = [{"role": "user", "content": "Say in one sentence what an LLM gateway does."}]

pieces = 0
with client.chat.completions.create(model="gpt-4o", messages=question, stream=True) as stream:
    for chunk in stream:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
        pieces += 1
        if pieces == 3:
            break
print("\n[enough]", flush=True)
time.sleep(1)  # other work
print("[other work done]")
