"""Asks models of several providers through one client; the gateway finds the provider by the name of the model.

Run it: DVARA_API_KEY=gw_... python multi_provider.py
"""

# [START multi_provider]
import os
import sys

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds without a byte
)

models = os.environ.get("DVARA_MODELS", "gpt-4o claude-sonnet-4-5 gemini-2.5-flash").split()
failed = 0
for model in models:
    try:
        completion = client.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": "Say in one sentence what an LLM gateway does."}],
        )
        choice = completion.choices[0]
        if choice.finish_reason != "stop":
            raise RuntimeError(f"finish_reason is {choice.finish_reason}")
        print(f"{model}: {choice.message.content}")
    except Exception as error:  # one provider that fails does not concern the others
        print(f"{model} failed: {error!r}", file=sys.stderr)
        failed += 1
if failed:
    sys.exit(1)
# [END multi_provider]
