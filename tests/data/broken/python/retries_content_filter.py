"""Defect: governance withholds the answer, and the example asks again and again, at a price."""

import os

import openai

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])

for attempt in range(3):
    finish_reason = None
    for chunk in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi!"}], stream=True):
        for choice in chunk.choices:
            print(choice.delta.content or "", end="", flush=True)
            finish_reason = choice.finish_reason or finish_reason
    if finish_reason == "stop":
        break
print()
print("[answer withheld by content filter]")
