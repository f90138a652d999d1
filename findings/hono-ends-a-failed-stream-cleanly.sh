#!/usr/bin/env bash
# hono 4.13.19, @hono/node-server 2.1.8
# Expected: `stream` and `streamSSE` break the response off when their callback throws, or when the upstream that they pipe breaks off.
# Happens:  the error is printed and the response is ended in good order: curl exits 0 with half an answer. `app.onError` is not called.
#           `proxy()` of the same package passes the same cut on: curl exits 18.
# Matters:  two helpers for the same work; a gateway written with `stream.pipe(upstream.body)` makes half answers whole, one with
#           `proxy()` does not.
# Upstream: the helper's page says that `onError` is not called and that the stream "will be automatically closed"; not that this looks whole.
set -euo pipefail
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts hono@4.13.19 @hono/node-server@2.1.8

cat >upstream.py <<'PY'
import socket, threading, time

PIECE = 'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m",' \
    '"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n'


def serve(client):
    client.recv(65536)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    text = (PIECE % "Hello" + PIECE % " wor").encode()
    client.sendall(b"%x\r\n%s\r\n" % (len(text), text))
    time.sleep(0.5)  # so that the bytes are read before the end comes
    client.close()


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
PY
python3 upstream.py >upstream.port & servers+=($!)
until [ -s upstream.port ]; do sleep 0.1; done

cat >gateway.mjs <<'JS'
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { proxy } from 'hono/proxy';
import { stream, streamSSE } from 'hono/streaming';

const upstream = process.argv[2];
const app = new Hono();
app.onError((error, c) => { console.log('onError'); return c.text('failed', 500); });
app.get('/streamSSE', c => streamSSE(c, async s => {
  await s.writeSSE({ data: '{"choices":[{"index":0,"delta":{"content":"Hello wor"}}]}' });
  await s.sleep(300);
  throw new Error('the model is gone');
}));
app.get('/stream.pipe', c => stream(c, async s => { await s.pipe((await fetch(upstream)).body); }));
app.get('/proxy', c => proxy(upstream));
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, address => console.log(address.port));
JS
node gateway.mjs "http://127.0.0.1:$(cat upstream.port)/" >out 2>errors & servers+=($!)
until [ -s out ]; do
    kill -0 "${servers[1]}" || { cat errors; exit 1; }
    sleep 0.1
done

for helper in streamSSE stream.pipe proxy; do
    code=0
    curl -sN -m 20 "http://127.0.0.1:$(head -1 out)/$helper" -o body || code=$?
    echo "$helper: curl exits $code, events: $(grep -c '^data:' body)"
done >seen
echo "calls of onError: $(grep -c onError out || true)" >>seen
cat seen

diff seen - <<'SEEN' || { echo 'the behaviour has changed'; exit 1; }
streamSSE: curl exits 0, events: 1
stream.pipe: curl exits 0, events: 2
proxy: curl exits 18, events: 2
calls of onError: 0
SEEN
