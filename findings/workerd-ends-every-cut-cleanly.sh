#!/usr/bin/env bash
# workerd 1.20260730.1 (the runtime of Cloudflare Workers, as the newest miniflare, 4.20260730.0, brings it)
# Expected: a Worker that does `return fetch(request)` breaks its response off where the upstream's breaks off.
# Happens:  the client gets a last chunk and a clean end, whether the upstream's connection was closed or reset, and also in
#           the middle of an event. curl says 18 to the upstream itself, and 0 behind the Worker.
# Matters:  the usual three-line proxy in front of a model takes away the only sign of a cut: no error for the client's
#           HTTP library, nothing to retry. workerd 1.20261117.1 passes the cut on, so it depends on where a Worker runs.
set -euo pipefail
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts workerd@1.20260730.1
workerd=$(echo node_modules/@cloudflare/workerd-*/bin/workerd)

cat >upstream.py <<'PY'
import socket, struct, threading, time

PIECE = 'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m",' \
    '"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n'


def serve(client):
    request = client.recv(65536).decode()
    how = request.split()[1].split("/")[1]
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    text = (PIECE % "Hello" + PIECE % " wor").encode()
    text = text[:-20] if how == "inside-an-event" else text
    client.sendall(b"%x\r\n%s\r\n" % (len(text), text))
    time.sleep(0.5)  # so that the bytes are read before the end comes
    if how == "whole":
        client.sendall(b"0\r\n\r\n")
    if how == "reset":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
PY
python3 upstream.py >upstream.port & servers+=($!)
until [ -s upstream.port ]; do sleep 0.1; done
upstream=127.0.0.1:$(cat upstream.port)
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >config.capnp <<CAPNP
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .proxy), (name = "upstream", external = (address = "$upstream", http = ())) ],
  sockets = [ (name = "http", address = "127.0.0.1:$port", http = (), service = "main") ],
);
const proxy :Workerd.Worker = (
  modules = [ (name = "proxy.mjs", esModule = "export default { fetch(request) { return fetch(request); } };") ],
  compatibilityDate = "2026-01-01",
  globalOutbound = "upstream",
);
CAPNP
"$workerd" serve config.capnp >workerd.log 2>&1 & servers+=($!)
until curl -s -o ready "http://127.0.0.1:$port/whole"; do
    kill -0 "${servers[1]}" || { cat workerd.log; exit 1; }
    sleep 0.2
done

for how in whole closed reset inside-an-event; do
    direct=0 behind=0
    curl -sN "http://$upstream/$how" -o direct.sse || direct=$?
    curl -sN "http://127.0.0.1:$port/$how" -o behind.sse || behind=$?
    echo "$how: curl exits $direct at the upstream and $behind behind the Worker, $(wc -c <direct.sse) and $(wc -c <behind.sse) bytes"
    case "$how-$direct-$behind" in
        whole-0-0 | closed-18-0 | reset-56-0 | inside-an-event-18-0) ;;
        *) echo 'the behaviour has changed'; exit 1 ;;
    esac
done
