#!/usr/bin/env bash
# openai (Python) 3.57.0
# Expected: a whole JSON answer to a streamed request (200, application/json) raises; the SDK asked for an event stream.
# Happens:  the loop over the stream ends at once, with no chunk and no error: the Content-Type is not looked at, and lines
#           of JSON are event fields of unknown names. The response object alone still knows what came.
# Matters:  a cache, a mock or a fallback behind a gateway that answers unstreamed is a mute model: the text is in
#           the body and paid for, the user reads nothing, the logs show 200. A dozen libraries stand on this loop.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check openai==3.57.0

cat >"$work/finding.py" <<'PY'
import json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from openai import OpenAI

asked = []
WHOLE = {"id": "c1", "created": 1, "model": "m", "object": "chat.completion", "choices": [
    {"index": 0, "message": {"role": "assistant", "content": "Hello world"}, "finish_reason": "stop"}]}


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked.append(request.get("stream"))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(WHOLE).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
completions = OpenAI(base_url=f"http://127.0.0.1:{server.server_port}/v1", api_key="k").chat.completions
hi = [{"role": "user", "content": "hi"}]
whole = completions.create(model="m", messages=hi)
stream = completions.create(model="m", messages=hi, stream=True)
chunks, problem = [], None
try:
    chunks = list(stream)
except Exception as raised:
    problem = raised
server.shutdown()
print(f"asked for one answer: {whole.choices[0].message.content!r}")
print(f"asked for a stream:   chunks {chunks}, exception {problem}, {stream.response.headers['content-type']}")
if asked != [None, True] or whole.choices[0].message.content != "Hello world" or chunks or problem:
    sys.exit("the behaviour has changed")
PY
"$work/venv/bin/python" "$work/finding.py"
