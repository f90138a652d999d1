"""Defect: a 429 is answered by the next request at once, whatever its Retry-After asks for."""

import os
import sys

import openai

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"], max_retries=0)

for _ in range(3):
    try:
        for chunk in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi!"}], stream=True):
            for choice in chunk.choices:
                print(choice.delta.content or "", end="", flush=True)
        break
    except openai.RateLimitError as error:
        failure = error
else:
    sys.exit(f"gave up: {failure.message}")
