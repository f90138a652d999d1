"""Defect: the chunk with the role is taken for a mere greeting. DVARA puts the first word into it, and that is lost."""

import os

import openai

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])

for chunk in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi!"}], stream=True):
    for choice in chunk.choices:
        if choice.delta.role:
            continue
        print(choice.delta.content or "", end="", flush=True)
print()
