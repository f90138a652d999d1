#!/usr/bin/env bash
# anthropic 2.14.0 beside 0.80.0 (Python), @anthropic-ai/sdk 1.14.0 (Node.js)
# Expected: an SDK for Anthropic's Messages sends `anthropic-version: 2023-06-01`, as the API's pages and curl examples have it.
# Happens:  today's SDKs send `anthropic-version: 2026-10-21` with the same call; the older release sends 2023-06-01.
# Matters:  a gateway that speaks /v1/messages and compares the header answers 400 to every request of a current SDK, although it
#           could serve it. `default_headers={"anthropic-version": "2023-06-01"}` (Node.js: `defaultHeaders`) helps.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for release in 0.80.0 2.14.0; do
    python3 -m venv "$work/$release"
    "$work/$release/bin/pip" install -q --disable-pip-version-check "anthropic==$release"
done
(cd "$work" && npm init -y >/dev/null && npm install --silent --no-audit --no-fund @anthropic-ai/sdk@1.14.0)

cat >"$work/ask.py" <<'PY'
import sys

import anthropic

client = anthropic.Anthropic(base_url=sys.argv[1], api_key="k", max_retries=0)
client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}])
PY
cat >"$work/ask.mjs" <<'JS'
import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ baseURL: process.argv[2], apiKey: "k", maxRetries: 0 });
await client.messages.create({ model: "m", max_tokens: 9, messages: [{ role: "user", content: "hi" }] });
JS
cat >"$work/finding.py" <<'PY'
import json, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

work, versions = sys.argv[1], []


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        versions.append(self.headers["anthropic-version"])
        self.rfile.read(int(self.headers["Content-Length"]))
        usage = {"input_tokens": 1, "output_tokens": 1}
        message = {"id": "m1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
        body = json.dumps({**message, "stop_reason": "end_turn", "stop_sequence": None}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
clients = {
    "Python 0.80.0": [f"{work}/0.80.0/bin/python", f"{work}/ask.py", url],
    "Python 2.14.0": [f"{work}/2.14.0/bin/python", f"{work}/ask.py", url],
    "Node.js 1.14.0": ["node", f"{work}/ask.mjs", url],
}
for command in clients.values():
    subprocess.run(command, check=True, cwd=work)
server.shutdown()
for name, version in zip(clients, versions):
    print(f"{name:16} anthropic-version: {version}")
if versions != ["2023-06-01", "2026-10-21", "2026-10-21"]:
    sys.exit("the behaviour has changed")
PY
python3 "$work/finding.py" "$work"
