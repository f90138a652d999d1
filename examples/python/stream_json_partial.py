"""Shows each field of a JSON answer as soon as it is whole, while the rest still arrives.

Run it: DVARA_API_KEY=gw_... python stream_json_partial.py
"""

# [START stream_json_partial]
import os
import sys

import openai
from jiter import from_json

client = openai.OpenAI(
    base_url=os.environ.get("DVARA_URL") or "http://localhost:8080/v1",
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds of silence
)
raw = tuple(sys.modules[http].TransportError for http in ("httpx", "httpx2") if http in sys.modules)  # before openai 3.20

FIELDS = {name: {"type": "string"} for name in ("name", "city", "job", "hobby", "motto")}
PERSON = {"type": "object", "properties": FIELDS, "required": list(FIELDS), "additionalProperties": False}

document, shown, finish_reason = "", 0, None
try:
    stream = client.chat.completions.create(
        model=os.environ.get("DVARA_MODEL") or "gpt-4o",
        messages=[{"role": "user", "content": "Invent a person."}],
        response_format={"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": PERSON}},
        stream=True,
    )
    for chunk in stream:
        for choice in chunk.choices or []:  # a usage chunk has none
            document += (choice.delta and choice.delta.content) or ""
            finish_reason = choice.finish_reason or finish_reason
            person = from_json(document.strip().encode() or b"{}", partial_mode=True)  # forgives a missing end
            for name in list(person)[shown:]:
                print(f"{name}: {person[name]}", flush=True)
            shown = len(person)
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
elif shown < len(FIELDS):
    sys.exit("unreadable answer: not all fields came")
# [END stream_json_partial]
