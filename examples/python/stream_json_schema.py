"""Streams an answer that follows a JSON schema, and parses it once it is whole.

Run it: DVARA_API_KEY=gw_... python stream_json_schema.py
"""

# [START stream_json_schema]
import json
import os
import sys

import openai

client = openai.OpenAI(
    base_url=os.environ.get("DVARA_URL") or "http://localhost:8080/v1",
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds of silence
)
raw = tuple(sys.modules[http].TransportError for http in ("httpx", "httpx2") if http in sys.modules)  # before openai 3.20

FIELDS = {"name": {"type": "string"}, "age": {"type": "integer"}}
PERSON = {"type": "object", "properties": FIELDS, "required": list(FIELDS), "additionalProperties": False}

document, finish_reason = "", None
try:
    stream = client.chat.completions.create(
        model=os.environ.get("DVARA_MODEL") or "gpt-4o",
        messages=[{"role": "user", "content": "Extract the person: John is 30 years old."}],
        response_format={"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": PERSON}},
        stream=True,
    )
    for chunk in stream:
        for choice in chunk.choices or []:  # a usage chunk has none
            document += (choice.delta and choice.delta.content) or ""
            finish_reason = choice.finish_reason or finish_reason
    if finish_reason == "stop":  # anything else leaves the document empty or in half
        person = json.loads(document)
        print(f"name: {person['name']}")
        print(f"age: {person['age']}")
except (openai.APIConnectionError, *raw) as error:  # refused, cut, or silent for too long
    sys.exit(f"connection failed: {error.__cause__ or error}")
except openai.APIError as error:  # a status, or an error event inside the stream
    reason = (isinstance(error.body, dict) and error.body.get("message")) or "no reason given"
    sys.exit(f"error {getattr(error, 'status_code', 'event')} {error.code or 'unknown'}: {reason}")
except (KeyboardInterrupt, BrokenPipeError):  # Ctrl-C, or nobody reads any more
    os._exit(130)  # without a traceback
except Exception as error:
    sys.exit(f"unreadable answer: {error!r}")

if finish_reason is None:  # although the connection may have closed in good order
    sys.exit("incomplete: the stream ended without a finish_reason")
if finish_reason == "content_filter":
    print("[answer withheld by content filter]")
elif finish_reason != "stop":
    print(f"[answer cut off: {finish_reason}]")
    sys.exit(f"cut off: finish_reason is {finish_reason}")
# [END stream_json_schema]
