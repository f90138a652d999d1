"""Defect: nothing is caught. A refused key ends in a stack trace where one plain line would do."""

import os

import openai

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])

for chunk in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi!"}], stream=True):
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)
print()
