"""Streams an answer with Strands Agents, and knows whether it is whole.

Run it: DVARA_API_KEY=gw_... python stream_strands.py
"""

# [START stream_strands]
import os
import sys

from openai import AsyncOpenAI
from strands import Agent
from strands.models.openai import OpenAIModel

url, key = os.environ.get("DVARA_URL", "http://localhost:8080/v1"), os.environ.get("DVARA_API_KEY")
client = AsyncOpenAI(base_url=url, api_key=key or sys.exit("DVARA_API_KEY is not set"), timeout=15)
create, reasons = client.chat.completions.create, []


async def noting(**request):  # Strands says end_turn of every stream that just ends: read the reason below it
    async def noted(chunks):
        async for chunk in chunks:
            reasons.extend(choice.finish_reason for choice in chunk.choices if choice.finish_reason)
            yield chunk

    return noted(await create(**request))


client.chat.completions.create = noting
model = OpenAIModel(client=client, model_id=os.environ.get("DVARA_MODEL", "gpt-4o"))
show = lambda **event: print(event.get("data", ""), end="", flush=True)  # noqa: E731
try:
    agent = Agent(model=model, callback_handler=show, retry_strategy=None)  # the OpenAI client retries by itself
    agent("Say in one sentence what an LLM gateway does.")
except Exception as error:  # refused, cut, silent, an error event, or "length"
    sys.exit(f"\nfailed: {error!r}")
print()
if reasons != ["stop"]:
    sys.exit(f"incomplete: finish_reason is {reasons[-1] if reasons else None}")
# [END stream_strands]
