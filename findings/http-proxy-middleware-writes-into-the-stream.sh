#!/usr/bin/env bash
# http-proxy-middleware 4.2.2 (express 5.3.0)
# Expected: when the upstream resets the connection in mid-stream, the proxy breaks its own response off.
# Happens:  it appends the line "Error occurred while trying to proxy: HOST/PATH" to the event stream and ends the response
#           in good order. A connection that is closed instead of reset is passed on as a cut.
# Matters:  to an SSE parser the line is a field of an unknown name, which it has to ignore: no error, no cut, just half an
#           answer. Where it lands inside an event it also damages that event's JSON.
set -euo pipefail
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts http-proxy-middleware@4.2.2 express@5.3.0

cat >upstream.py <<'PY'
import socket, struct, threading, time

PIECE = 'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m",' \
    '"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n'


def serve(client):
    request = client.recv(65536).decode()
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    text = (PIECE % "Hello" + PIECE % " wor").encode()
    client.sendall(b"%x\r\n%s\r\n" % (len(text), text))
    time.sleep(0.5)  # so that the bytes are read before the end comes
    if "/reset" in request:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
PY
python3 upstream.py >upstream.port & servers+=($!)
until [ -s upstream.port ]; do sleep 0.1; done
upstream=http://127.0.0.1:$(cat upstream.port)

cat >proxy.mjs <<'JS'
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const app = express().use(createProxyMiddleware({ target: process.argv[2], changeOrigin: true }));
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
JS
node proxy.mjs "$upstream" >proxy.port 2>proxy.log & servers+=($!)
until [ -s proxy.port ]; do
    kill -0 "${servers[1]}" || { cat proxy.log; exit 1; }
    sleep 0.1
done

for how in closed reset; do
    code=0
    curl -sN -m 20 "http://127.0.0.1:$(cat proxy.port)/$how" -o "$how.sse" || code=$?
    last=$(tail -n1 "$how.sse" | sed 's/127.0.0.1:[0-9]*/HOST/g')
    echo "$how: curl exits $code behind the proxy; the last line of the stream is '$last'"
    case "$how-$code-$last" in
        closed-18-) ;;
        'reset-0-Error occurred while trying to proxy: HOST/reset') ;;
        *) echo 'the behaviour has changed'; exit 1 ;;
    esac
done
