"""Streams an answer that follows a JSON schema, and parses it once it is whole.

Run it: DVARA_API_KEY=gw_... python stream_json_schema.py
"""

# [START stream_json_schema]
import json
import os
import sys

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("DVARA_URL", "http://localhost:8080/v1"),
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds without a byte
)
FIELDS = {"name": {"type": "string"}, "age": {"type": "integer"}}
PERSON = {"type": "object", "properties": FIELDS, "required": ["name", "age"], "additionalProperties": False}

document, finish_reason = "", None
try:
    stream = client.chat.completions.create(
        model=os.environ.get("DVARA_MODEL", "gpt-4o"),
        messages=[{"role": "user", "content": "Extract the person: John is 30 years old."}],
        response_format={"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": PERSON}},
        stream=True,
    )
    for chunk in stream:
        for choice in chunk.choices:  # a usage chunk has none
            document += choice.delta.content or ""
            finish_reason = choice.finish_reason or finish_reason
    if finish_reason != "stop":  # anything else leaves the document empty or in half
        sys.exit(f"no document: finish_reason is {finish_reason}")
    person = json.loads(document)
    print(f"name: {person['name']}\nage: {person['age']}")
except Exception as error:  # refused, cut, silent, an error event, or no JSON
    sys.exit(f"failed: {error!r}")
# [END stream_json_schema]
