"""Streams an answer with Agno, and knows whether it is whole.

Run it: DVARA_API_KEY=gw_... python stream_agno.py
"""

# [START stream_agno]
import os
import sys

from agno.agent import Agent, RunContentEvent, RunErrorEvent
from agno.models.openai.like import OpenAILike
from openai import OpenAI

url, key = os.environ.get("DVARA_URL", "http://localhost:8080/v1"), os.environ.get("DVARA_API_KEY")
client = OpenAI(base_url=url, api_key=key or sys.exit("DVARA_API_KEY is not set"), timeout=15)
create, reasons = client.chat.completions.create, []


def noting(**request):  # Agno has no finish reason in any event or result: read it below Agno
    for chunk in create(**request):
        reasons.extend(choice.finish_reason for choice in chunk.choices if choice.finish_reason)
        yield chunk


client.chat.completions.create = noting
agent = Agent(model=OpenAILike(id=os.environ.get("DVARA_MODEL", "gpt-4o"), client=client), telemetry=False)
for event in agent.run("Say in one sentence what an LLM gateway does.", stream=True, stream_events=True):
    if isinstance(event, RunErrorEvent):  # nothing is raised, and its content is the gateway's error
        sys.exit(f"\nfailed: {event.content}")
    if isinstance(event, RunContentEvent):
        print(event.content or "", end="", flush=True)
print()
if reasons != ["stop"]:
    sys.exit(f"incomplete: finish_reason is {reasons[-1] if reasons else None}")
# [END stream_agno]
