"""Shows each field of a JSON answer as soon as it is whole, while the rest still arrives.

Run it: DVARA_API_KEY=gw_... python stream_json_partial.py
"""

# [START stream_json_partial]
import os
import sys

from jiter import from_json
from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds without a byte
)
FIELDS = {name: {"type": "string"} for name in ("name", "city", "job", "hobby", "motto")}
PERSON = {"type": "object", "properties": FIELDS, "required": list(FIELDS), "additionalProperties": False}

document, shown, finish_reason = "", 0, None
try:
    for chunk in client.chat.completions.create(
        model=os.environ.get("DVARA_MODEL", "gpt-4o"),
        messages=[{"role": "user", "content": "Invent a person."}],
        response_format={"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": PERSON}},
        stream=True,
    ):
        for choice in chunk.choices:  # a usage chunk has none
            document += choice.delta.content or ""
            finish_reason = choice.finish_reason or finish_reason
            person = from_json(document.strip().encode() or b"{}", partial_mode=True)  # leaves out what is not whole yet
            for name in list(person)[shown:]:
                print(f"{name}: {person[name]}", flush=True)
            shown = len(person)
except Exception as error:  # refused, cut, silent, an error event, or no JSON
    sys.exit(f"failed: {error!r}")
if finish_reason != "stop" or shown < len(FIELDS):
    sys.exit(f"incomplete: finish_reason is {finish_reason}")
# [END stream_json_partial]
