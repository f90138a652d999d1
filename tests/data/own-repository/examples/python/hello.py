"""Prints an answer while it arrives."""

# [START hello]
import os

import openai

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])
stream = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello"}], stream=True)
for chunk in stream:
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)
print()
# [END hello]
