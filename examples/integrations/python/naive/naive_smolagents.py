"""The loop of the first pages: it prints what comes, and asks nothing."""

import os

from smolagents import OpenAIModel

model = OpenAIModel(model_id="gpt-4o", api_base=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])
for delta in model.generate_stream([{"role": "user", "content": "Say hello."}]):
    print(delta.content or "", end="", flush=True)
