#!/usr/bin/env bash
# openai (Python) 3.57.0, openai (Node) 7.57.0
# Expected: `break` out of the loop over a stream gives the stream up, in both of the vendor's libraries.
# Happens:  in Node the connection is closed at once. In Python it stays open as long as a variable holds the stream, and the gateway
#           sends the answer to its last word; only a `with` block, or the stream going out of scope, closes it.
# Matters:  a long-lived Python process that reads until it has what it needs pays for every whole answer, and keeps a connection busy.
# Upstream: the README of the Node library says "you can break from the loop"; the Python one says nothing of leaving early.
set -euo pipefail
work=$(mktemp -d)
pids=()
trap '[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check openai==3.57.0
npm install --silent --no-audit --no-fund --ignore-scripts openai@7.57.0

cat >gateway.py <<'PY'
import json
import socket
import threading
import time

PIECES, PACE_S = 100, 0.05


def event(delta, reason=None):
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    body = json.dumps({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})
    text = f"data: {body}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(text), text)


def serve(client):
    request = client.recv(65536)
    if not request:
        return
    name = request.split()[1].decode().split("/")[1]
    try:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for n in range(PIECES):
            client.sendall(event({"content": f"word {n} "}))
            time.sleep(PACE_S)
        client.sendall(event({}, "stop") + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
        print(f"{name}: the answer was sent whole", flush=True)
    except OSError:
        print(f"{name}: the client left", flush=True)


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
PY
python3 gateway.py >log & pids+=($!)
until [ -s log ]; do sleep 0.1; done
base=http://127.0.0.1:$(head -1 log)

cat >leave.py <<'PY'
import sys
import time

from openai import OpenAI


def ask(name):
    client = OpenAI(base_url=f"{sys.argv[1]}/{name}/v1", api_key="k")
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}], stream=True)


stream = ask("python-break")
for chunk in stream:
    break
with ask("python-with") as second:
    for chunk in second:
        break
time.sleep(60)
PY
cat >leave.mjs <<'JS'
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: `${process.argv[2]}/node-break/v1`, apiKey: 'k' });
const stream = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: true });
for await (const chunk of stream) break;
setTimeout(() => console.log(stream), 60_000); // the variable stays in use
JS
venv/bin/python leave.py "$base" >client.log 2>&1 & pids+=($!)
node leave.mjs "$base" >>client.log 2>&1 & pids+=($!)
for _ in $(seq 600); do
    [ "$(wc -l <log)" -ge 4 ] && break || sleep 0.1
done
tail -n +2 log | sort | tee seen

diff seen - <<'SEEN' || { cat client.log; echo 'the behaviour has changed'; exit 1; }
node-break: the client left
python-break: the answer was sent whole
python-with: the client left
SEEN
