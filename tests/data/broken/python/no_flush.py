"""Defect: print() without flush=True. Through a pipe the whole answer appears at once, at the end."""

import os

import openai

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])

for chunk in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi!"}], stream=True):
    for choice in chunk.choices:
        print(choice.delta.content or "", end="")
print()
