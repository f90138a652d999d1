"""Defect: a thread that nobody ends keeps the process alive after the answer."""

import os
import threading

import openai

client = openai.OpenAI(base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])

ended = threading.Event()
threading.Thread(target=ended.wait, name="spinner").start()
for chunk in client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi!"}], stream=True):
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)
print()
