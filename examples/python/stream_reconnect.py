"""Asks again when the connection is lost: three attempts at most, 0.5 s and 1 s apart.

A completion cannot be resumed, so the answer visibly starts again. A stream without a finish_reason counts as lost, too.
Run it: DVARA_API_KEY=gw_... python stream_reconnect.py
"""

# [START stream_reconnect]
import os
import sys
import time

import openai

client = openai.OpenAI(
    base_url=os.environ.get("DVARA_URL") or "http://localhost:8080/v1",
    api_key=os.environ.get("DVARA_API_KEY") or sys.exit("DVARA_API_KEY is not set"),
    timeout=15,  # seconds of silence
    max_retries=0,  # the SDK's own would make three requests of each attempt
)
raw = tuple(sys.modules[http].TransportError for http in ("httpx", "httpx2") if http in sys.modules)  # before openai 3.20
for attempt in range(3):
    chunk = finish_reason = None
    try:
        time.sleep((0, 0.5, 1)[attempt])
        for chunk in client.chat.completions.create(
            model=os.environ.get("DVARA_MODEL") or "gpt-4o",
            messages=[{"role": "user", "content": "Say in one sentence what an LLM gateway does."}],
            stream=True,
        ):
            for choice in chunk.choices or []:  # a usage chunk has none
                print((choice.delta and choice.delta.content) or "", end="", flush=True)
                finish_reason = choice.finish_reason or finish_reason
        if chunk and not finish_reason:
            raise ConnectionError("the stream ended without a finish_reason")
        break
    except (KeyboardInterrupt, BrokenPipeError):  # Ctrl-C, or nobody reads any more
        os._exit(130)  # without a traceback
    except (openai.APIConnectionError, ConnectionError, *raw) as error:  # refused, cut, silent for too long
        if finish_reason:
            break  # the answer is whole
        if attempt == 2:
            sys.exit(f"connection failed: {error.__cause__ or error}")
        print("\n[connection lost, the answer starts again]", end="", flush=True)
    except openai.APIError as error:  # a status, or an error event inside the stream: both are final
        reason = (isinstance(error.body, dict) and error.body.get("message")) or "no reason given"
        sys.exit(f"error {getattr(error, 'status_code', 'event')} {error.code or 'unknown'}: {reason}")
    except Exception as error:
        sys.exit(f"unreadable answer: {error!r}")
    finally:
        print()

if finish_reason is None:  # although the connection may have closed in good order
    sys.exit("incomplete: the stream ended without a finish_reason")
if finish_reason == "content_filter":
    print("[answer withheld by content filter]")
elif finish_reason != "stop":
    print(f"[answer cut off: {finish_reason}]")
    print(f"cut off: finish_reason is {finish_reason}", file=sys.stderr)
# [END stream_reconnect]
