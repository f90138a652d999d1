#!/usr/bin/env bash
# tornado 6.6.1, granian 2.8.7 (WSGI), uvicorn 0.54.0, gunicorn 27.0.1
# Expected: a handler that raises while it streams breaks its response off, so that the client's HTTP library reports a cut.
# Happens:  Tornado, and Granian with a WSGI application, send the last chunk and end the response in good order: curl exits 0 with half
#           an answer. Uvicorn and Gunicorn leave the last chunk out, and curl exits 18, as it does with Granian and an ASGI application.
# Matters:  a gateway on these two hides every failure after the first word from its clients: no error, nothing to retry.
# Upstream: Tornado's reference of send_error says that after flush() it "will simply terminate the response", not that this looks whole.
set -euo pipefail
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check tornado==6.6.1 granian==2.8.7 uvicorn==0.54.0 gunicorn==27.0.1

cat >app.py <<'PY'
import asyncio
import time

EVENT = b'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hello wor"}}]}\n\n'


async def asgi(scope, receive, send):
    if scope["type"] != "http":
        raise RuntimeError("this application has no lifespan")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": EVENT, "more_body": True})
    await asyncio.sleep(0.3)
    raise ConnectionError("the model is gone")


def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/event-stream")])

    def body():
        yield EVENT
        time.sleep(0.3)
        raise ConnectionError("the model is gone")

    return body()
PY
cat >server.py <<'PY'
import asyncio
import sys

import tornado.web
from app import EVENT


class Handler(tornado.web.RequestHandler):
    async def get(self):
        self.set_header("Content-Type", "text/event-stream")
        self.write(EVENT)
        await self.flush()
        await asyncio.sleep(0.3)
        raise ConnectionError("the model is gone")


async def main():
    tornado.web.Application([("/", Handler)]).listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
PY

try() { # NAME COMMAND...: %PORT% in the command becomes a free port
    local name=$1 port code
    shift
    port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "${@//%PORT%/$port}" >server.log 2>&1 & servers+=($!)
    for _ in $(seq 150); do
        code=0
        curl -sN -m 10 "http://127.0.0.1:$port/" -o body || code=$?
        [ "$code" = 7 ] || break
        sleep 0.2
    done
    echo "$name: curl exits $code, events: $(grep -c '^data:' body)"
}
{
    try tornado venv/bin/python server.py %PORT%
    try 'granian wsgi' venv/bin/granian --interface wsgi app:wsgi --host 127.0.0.1 --port %PORT%
    try 'granian asgi' venv/bin/granian --interface asgi app:asgi --host 127.0.0.1 --port %PORT%
    try uvicorn venv/bin/uvicorn app:asgi --port %PORT%
    try gunicorn venv/bin/gunicorn app:wsgi -b 127.0.0.1:%PORT%
} >seen
cat seen

diff seen - <<'SEEN' || { echo 'the behaviour has changed'; exit 1; }
tornado: curl exits 0, events: 1
granian wsgi: curl exits 0, events: 1
granian asgi: curl exits 18, events: 1
uvicorn: curl exits 18, events: 1
gunicorn: curl exits 18, events: 1
SEEN
