#!/usr/bin/env bash
# sseclient-py 1.9.0, httpx-sse 0.4.3, openai (Python) 3.57.0
# Expected: three readers of server-sent events read the same events from the same bytes.
# Happens:  the response ends behind its last `data:` line, before the empty line that completes the event. sseclient-py delivers
#           that event; httpx-sse and openai drop it, as the HTML standard says. With a cut inside the line
#           sseclient-py delivers half an event, which is no JSON any more.
# Matters:  the last event holds the finish reason or the usage. By one reader the answer is whole, by the others it was cut; who
#           moves from one to the other gets new "truncated" answers, or new JSON errors, from an unchanged gateway.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    sseclient-py==1.9.0 requests==2.34.2 httpx-sse==0.4.3 httpx==0.28.1 openai==3.57.0

cat >"$work/finding.py" <<'PY'
import json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx, httpx_sse, openai, requests, sseclient


def event(text, reason=None):
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": reason}
    body = {"choices": [choice], "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return f"data: {json.dumps(body)}\n\n".encode()


WHOLE = event("Hello") + event(" world", "stop")
BODIES = {"complete": WHOLE, "without-blank-line": WHOLE[:-1], "cut-inside-the-line": WHOLE[:-20]}


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(BODIES[self.path.split("/")[1]])

    def log_message(self, *_):
        pass


def sseclient_py(url):
    return [each.data for each in sseclient.SSEClient(requests.post(url, stream=True)).events()]


def httpx_sse_(url):
    with httpx.Client() as client, httpx_sse.connect_sse(client, "POST", url) as source:
        return [each.data for each in source.iter_sse()]


def openai_(url):
    client = openai.OpenAI(base_url=url, api_key="k")
    return [each.to_json() for each in client.chat.completions.create(model="m", messages=[], stream=True)]


def outcome(events):
    try:
        last = json.loads(events[-1])["choices"][0]["finish_reason"]
    except ValueError:
        last = "no JSON"
    return f"{len(events)} events, last finish_reason: {last}"


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
seen = {}
for case in BODIES:
    for reader in (sseclient_py, httpx_sse_, openai_):
        seen[case, reader] = outcome(reader(f"http://127.0.0.1:{server.server_port}/{case}"))
        print(f"{case:20} {reader.__name__.rstrip('_'):13} {seen[case, reader]}")
server.shutdown()
whole, dropped = "2 events, last finish_reason: stop", "1 events, last finish_reason: None"
expected = [whole] * 3 + [whole, dropped, dropped] + ["2 events, last finish_reason: no JSON", dropped, dropped]
if list(seen.values()) != expected:
    sys.exit("the behaviour has changed")
PY
"$work/venv/bin/python" "$work/finding.py"
