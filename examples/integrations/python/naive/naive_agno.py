"""The loop of the first pages: it prints what comes, and asks nothing."""

import os

from agno.agent import Agent
from agno.models.openai.like import OpenAILike

model = OpenAILike(id="gpt-4o", base_url=os.environ["DVARA_URL"], api_key=os.environ["DVARA_API_KEY"])
for chunk in Agent(model=model, telemetry=False).run("Say hello.", stream=True):
    print(chunk.content or "", end="", flush=True)
