"""The loop of the first pages: it prints what comes, and asks nothing."""

import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
from litellm import completion

response = completion(
    model="openai/gpt-4o",
    api_base=os.environ["DVARA_URL"],
    api_key=os.environ["DVARA_API_KEY"],
    messages=[{"role": "user", "content": "Say hello."}],
    stream=True,
)
for part in response:
    print(part.choices[0].delta.content or "", end="", flush=True)
