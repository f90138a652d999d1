#!/usr/bin/env bash
# instructor 1.17.0 with openai 3.3.0
# Expected: an object that is streamed with create_partial, and cut by `length` inside a number, fails at its end: a required field is missing.
# Happens:  the loop ends normally. The last object has the number as far as it came, amount=25 of 2500, and None in a required
#           `str`. No finish reason can be read from it. A stream that just stops does the same.
# Matters:  the class says `currency: str`; type checkers and readers trust it, and 25 is paid in None.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check instructor==1.17.0 openai==3.3.0

cat >"$work/finding.py" <<'PY'
import json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import instructor
from openai import OpenAI
from pydantic import BaseModel

reason = None


class Order(BaseModel):
    amount: int
    currency: str


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "Order", "arguments": ""}}
        rest = {"index": 0, "function": {"arguments": '{"amount": 25'}}
        for delta, end in (({"role": "assistant", "tool_calls": [call]}, None), ({"tool_calls": [rest]}, None), ({}, reason)):
            choice = {"index": 0, "delta": delta, "finish_reason": end}
            chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
            self.wfile.write(b"data: %s\n\n" % json.dumps(chunk).encode())
        if reason:
            self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = instructor.from_openai(OpenAI(base_url=f"http://127.0.0.1:{server.server_port}/v1", api_key="k"), mode=instructor.Mode.TOOLS)
seen = []
for reason in ("length", "content_filter", None):
    last, end = None, "ended normally"
    try:
        for last in client.chat.completions.create_partial(model="m", messages=[{"role": "user", "content": "Order."}], response_model=Order):
            pass
    except Exception as error:
        end = type(error).__name__
    seen.append((end, getattr(last, "amount", "-"), getattr(last, "currency", "-")))
    print(f"{str(reason):<15} the loop {end}; the last object is {last!r}")
server.shutdown()
if seen != [("ended normally", 25, None)] * 3:
    sys.exit("the behaviour has changed")
PY
"$work/venv/bin/python" "$work/finding.py"
