"""Defect: the lost connection is mentioned, but the exit code says that all went well."""

import os
import sys

import openai

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"], max_retries=0)

try:
    for chunk in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi!"}], stream=True):
        for choice in chunk.choices:
            print(choice.delta.content or "", end="", flush=True)
    print()
except openai.APIConnectionError as error:
    print(f"connection lost: {error}", file=sys.stderr)
