"""Defect: a lost connection is taken up again at once, so that a gateway in trouble gets three requests in its worst moment."""

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
    except openai.APIConnectionError as error:
        failure = error
        print("\n[connection lost, the answer starts again]")
else:
    sys.exit(f"gave up: {failure.message}")
