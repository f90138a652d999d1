#!/usr/bin/env bash
# litellm 1.110.2
# Expected: a stream that breaks off without a finish reason is treated alike, whether it broke off before the first word or after it.
# Happens:  after some text it raises MidStreamFallbackError. Before the first word it is a success: one chunk without text, with
#           finish_reason "stop". So is a stream of nothing but [DONE], and a JSON answer to a streamed request.
# Matters:  a gateway that loses its provider before the first token, the usual moment, gives empty answers that count as finished; a check
#           for `finish_reason == "stop"` passes them, and fallbacks and retries never start.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check litellm==1.110.2

cat >"$work/finding.py" <<'PY'
import json, os, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm

litellm.suppress_debug_info = True
HEAD = {"id": "c1", "created": 1, "model": "m"}
CHUNK = {**HEAD, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hello wor"}}]}
WHOLE = {**HEAD, "object": "chat.completion", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello world"},
         "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}
ANSWERS = {
    "cut after text": ("text/event-stream", f"data: {json.dumps(CHUNK)}\n\n"),
    "cut before text": ("text/event-stream", ""),
    "only [DONE]": ("text/event-stream", "data: [DONE]\n\n"),
    "JSON": ("application/json", json.dumps(WHOLE)),
}
kind = ""


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        content_type, body = ANSWERS[kind]
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.end_headers()  # the end of the connection is the end of the body, in good order
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
seen = {}
for kind in ANSWERS:
    text, reason = "", None
    try:
        for chunk in litellm.completion(model="openai/m", api_base=f"http://127.0.0.1:{server.server_port}/v1", api_key="k",
                                        messages=[{"role": "user", "content": "hi"}], stream=True, num_retries=0):
            text += chunk.choices[0].delta.content or ""
            reason = chunk.choices[0].finish_reason or reason
        seen[kind] = f"text {text!r}, finish_reason {reason!r}"
    except Exception as error:
        seen[kind] = f"text {text!r}, {type(error).__name__}"
    print(f"{kind:<16} {seen[kind]}")
server.shutdown()
nothing = "text '', finish_reason 'stop'"
if seen != {"cut after text": "text 'Hello wor', MidStreamFallbackError", "cut before text": nothing, "only [DONE]": nothing, "JSON": nothing}:
    sys.exit("the behaviour has changed")
PY
"$work/venv/bin/python" "$work/finding.py"
