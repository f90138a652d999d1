"""Streams a tool call, runs the tool, and streams the answer made from its result.

Run it: DVARA_API_KEY=gw_... python stream_tools.py
"""

# [START stream_tools]
import json
import os
import sys

from openai import OpenAI

url, key = os.environ.get("DVARA_URL", "http://localhost:8080/v1"), os.environ.get("DVARA_API_KEY")
client = OpenAI(base_url=url, api_key=key or sys.exit("DVARA_API_KEY is not set"), timeout=15)
model = os.environ.get("DVARA_MODEL", "gpt-4o")
weather = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
tools = [{"type": "function", "function": weather}]
messages = [{"role": "user", "content": "What is the weather in Lima?"}]
finish_reason = "tool_calls"
try:
    while finish_reason == "tool_calls":
        calls, finish_reason = {}, None
        for chunk in client.chat.completions.create(model=model, messages=messages, tools=tools, stream=True):
            for choice in chunk.choices:
                print(choice.delta.content or "", end="", flush=True)
                finish_reason = choice.finish_reason or finish_reason
                for part in choice.delta.tool_calls or []:  # id and name come first, then the arguments in pieces
                    call = calls.setdefault(part.index, {"id": part.id, "name": part.function.name, "arguments": ""})
                    call["arguments"] += part.function.arguments or ""
        for call in calls.values() if finish_reason == "tool_calls" else ():  # only now are the arguments whole
            answer = f"{json.loads(call['arguments'])['city']}: 19 °C, cloudy"
            asked = {"type": "function", "id": call.pop("id"), "function": call}
            messages.append({"role": "assistant", "tool_calls": [asked]})
            messages.append({"role": "tool", "tool_call_id": asked["id"], "content": answer})
    print()
except Exception as error:  # refused, cut, silent, an error event, or no JSON
    sys.exit(f"failed: {error!r}")
if finish_reason != "stop":
    sys.exit(f"incomplete: finish_reason is {finish_reason}")
# [END stream_tools]
