#!/usr/bin/env bash
# httpx 0.28.1
# Expected: `Response.iter_lines()` ends a line where the stream's protocol does: at \n, \r or \r\n.
# Happens:  it ends lines where str.splitlines() does, so also at U+2028, U+2029 and U+0085. JSON allows these in a string as they
#           are, and SSE does not end a line at them: one event arrives as two lines, the second without "data:".
# Matters:  the loop that everybody writes (`for line in response.iter_lines(): if line.startswith("data:")`) breaks on
#           a text that a model copied out of a web page or a PDF. Half of the JSON does not parse; a loop that skips what it
#           cannot parse loses the event, finish reason included. requests' iter_lines() yields it whole, as bytes.
# Upstream: https://github.com/florimondmanca/httpx-sse/issues/34 (httpx-sse stood on it until 0.4.2; httpx is as it was)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check httpx==0.28.1 requests==2.34.2

cat >"$work/finding.py" <<'PY'
import json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx, requests

TEXTS = ["plain text", "line\u2028separator", "paragraph\u2029separator", "next\u0085line"]


def event(text):
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": "stop"}
    return f"data: {json.dumps({'choices': [choice]}, ensure_ascii=False)}\n\n".encode()


class Gateway(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(event(TEXTS[int(self.path[1:])]))

    def log_message(self, *_):
        pass


def whole(lines):
    """Says whether the one event can be read from these lines."""
    data = [line.removeprefix("data:") for line in lines if line.startswith("data:")]
    try:
        return len(data) == 1 and json.loads(data[0])["choices"][0]["finish_reason"] == "stop"
    except ValueError:
        return False


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
seen = []
for number, text in enumerate(TEXTS):
    url = f"http://127.0.0.1:{server.server_port}/{number}"
    with httpx.stream("GET", url) as response:
        by_httpx = list(response.iter_lines())
    by_requests = [line.decode() for line in requests.get(url, stream=True).iter_lines()]
    seen.append((whole(by_httpx), whole(by_requests)))
    print(f"{text!r}: httpx {len(by_httpx)} lines, readable {seen[-1][0]}; requests {len(by_requests)} lines, readable {seen[-1][1]}")
server.shutdown()
if seen != [(True, True), (False, True), (False, True), (False, True)]:
    sys.exit("the behaviour has changed")
PY
"$work/venv/bin/python" "$work/finding.py"
