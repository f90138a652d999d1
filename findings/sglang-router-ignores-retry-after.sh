#!/usr/bin/env bash
# sglang-router 0.3.2
# Expected: an upstream's 429 with `Retry-After: 5` is passed on, or asked again after 5 s.
# Happens:  the router sends the same POST five times within a second, whatever Retry-After says, and then passes the
#           429 on.
# Matters:  each client call at the limit is five calls upstream; with an SDK in front that tries three times, as most do,
#           it is fifteen, most of them sent while the upstream had asked for silence.
set -euo pipefail
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check --only-binary :all: sglang-router==0.3.2
cd "$work"

cat >upstream.py <<'PY'
import json, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Upstream(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200, {"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "me"}]})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with open("arrivals", "a") as arrivals:
            arrivals.write(f"{time.monotonic()}\n")
        self.answer(429, {"error": {"message": "too many requests", "type": "rate_limit_error", "code": "rate_limit"}})

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "5")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 upstream.py >upstream.port & servers+=($!)
until [ -s upstream.port ]; do sleep 0.1; done
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
metrics=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
./venv/bin/python -m sglang_router.launch_router --backend openai --worker-urls "http://127.0.0.1:$(cat upstream.port)" \
    --host 127.0.0.1 --port "$port" --prometheus-port "$metrics" >router.log 2>&1 & servers+=($!)
until curl -s -o ready "http://127.0.0.1:$port/health"; do
    kill -0 "${servers[1]}" || { tail router.log; exit 1; }
    sleep 0.2
done

status=$(curl -s -o answer -w '%{http_code}' "http://127.0.0.1:$port/v1/chat/completions" -H 'Content-Type: application/json' \
    -d '{"model": "m", "stream": true, "messages": [{"role": "user", "content": "hi"}]}')
python3 - "$status" <<'PY'
import sys

at = [float(line) for line in open("arrivals")]
gaps = [round(later - earlier, 2) for earlier, later in zip(at, at[1:])]
print(f"one POST to the router: {len(at)} POSTs upstream, gaps {gaps} s, then status {sys.argv[1]}; asked for: 5 s")
if len(at) != 5 or max(gaps) > 4 or sys.argv[1] != "429":
    sys.exit("the behaviour has changed")
PY
