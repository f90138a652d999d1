"""Defect: a retry loop around a client that retries by itself: three times three requests."""

import os
import sys

import openai

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])

for attempt in range(3):
    try:
        for chunk in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi!"}], stream=True):
            for choice in chunk.choices:
                print(choice.delta.content or "", end="", flush=True)
        break
    except openai.APIError as error:
        failure = error
else:
    sys.exit(f"gave up: {failure.message}")
