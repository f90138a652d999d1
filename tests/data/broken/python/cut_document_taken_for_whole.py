"""Defect: a forgiving parser makes a document that was cut off look whole; finish_reason is not asked."""

import os

import openai
from jiter import from_json

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])

document = ""
for chunk in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi!"}], stream=True):
    for choice in chunk.choices:
        document += choice.delta.content or ""
for name, value in from_json(document.encode(), partial_mode=True).items():
    print(f"{name}: {value}")
