#!/usr/bin/env bash
# ai 7.0.173, @ai-sdk/openai-compatible 3.0.92
# Expected: `break` out of the loop over `textStream` cancels the request, as it does with a fetch body and with the openai library.
# Happens:  the loop ends, the request goes on: the gateway sends the answer to its last word. `fullStream` is the same. Only an
#           `abortSignal` closes the connection, and then the loop ends normally, without an exception.
# Matters:  code that stops reading at a marker, or at the first tool call, pays for whole answers; nothing in the process shows it.
# Upstream: the page on stopping streams describes abort signals; it does not say that `break` leaves the answer running.
set -euo pipefail
work=$(mktemp -d)
pids=()
trap '[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts ai@7.0.173 @ai-sdk/openai-compatible@3.0.92

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

cat >leave.mjs <<'JS'
import { streamText } from 'ai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';

const ask = (name, more = {}) =>
  streamText({ model: createOpenAICompatible({ name: 'g', baseURL: `${process.argv[2]}/${name}/v1`, apiKey: 'k' })('m'), prompt: 'hi', ...more });
for await (const text of ask('textStream-break').textStream) break;
for await (const part of ask('fullStream-break').fullStream) if (part.type === 'text-delta') break;
for await (const chunk of (await fetch(`${process.argv[2]}/fetch-break/v1`, { method: 'POST', body: '{}' })).body) break;
const stop = new AbortController();
for await (const text of ask('textStream-abort', { abortSignal: stop.signal }).textStream) stop.abort();
console.log('textStream-abort: the loop ended normally');
setTimeout(() => {}, 60_000);
JS
node leave.mjs "$base" >client.log 2>&1 & pids+=($!)
for _ in $(seq 600); do
    [ "$(wc -l <log)" -ge 5 ] && break || sleep 0.1
done
{ tail -n +2 log; cat client.log; } | sort | tee seen

diff seen - <<'SEEN' || { echo 'the behaviour has changed'; exit 1; }
fetch-break: the client left
fullStream-break: the answer was sent whole
textStream-abort: the client left
textStream-abort: the loop ended normally
textStream-break: the answer was sent whole
SEEN
