"""Defect: after a lost connection the answer is printed again behind what is already there, as if it went on."""

import os
import time

import openai

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"], max_retries=0)

for attempt in range(3):
    try:
        for chunk in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi!"}], stream=True):
            for choice in chunk.choices:
                print(choice.delta.content or "", end="", flush=True)
        break
    except openai.APIConnectionError:
        time.sleep(0.5 * 2**attempt)
print()
