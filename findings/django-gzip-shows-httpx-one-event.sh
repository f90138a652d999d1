#!/usr/bin/env bash
# django 5.2.19, httpx 0.28.1, openai (Python) 3.57.0, requests 2.34.2, aiohttp 3.14.5, undici of Node.js
# Expected: Django's GZipMiddleware over an asynchronous event stream gives one gzip stream, which each HTTP client can unpack.
# Happens:  each event becomes a gzip stream ("member") of its own, with its own header and random padding: valid gzip, and larger than
#           the text. requests, aiohttp and fetch read all members. httpx reads the first and drops the rest without an error, thus
#           the openai library, which asks for gzip by default, ends normally after one word, without a finish reason.
# Matters:  Pay 25 euros is "Pay". Nothing is raised, and whoever looks with another client, or without compression, sees it whole.
# Upstream: Django's source compresses "each chunk" of an asynchronous stream on its own; neither manual mentions members. RFC 1952
#           section 2.2: "a gzip file consists of a series of members".
set -euo pipefail
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check django==5.2.19 uvicorn==0.54.0 httpx==0.28.1 requests==2.34.2 aiohttp==3.14.5 openai==3.57.0

cat >app.py <<'PY'
import django
from django.conf import settings

settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="k", ROOT_URLCONF="app", MIDDLEWARE=["django.middleware.gzip.GZipMiddleware"])
django.setup()

import asyncio
import json

from django.core.asgi import get_asgi_application
from django.http import StreamingHttpResponse
from django.urls import re_path


async def answer():
    for word in ("Pay", " 25", " euros."):
        choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
        yield f"data: {json.dumps({'id': 'c1', 'object': 'chat.completion.chunk', 'created': 1, 'model': 'm', 'choices': [choice]})}\n\n"
        await asyncio.sleep(0.1)
    choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
    yield f"data: {json.dumps({'id': 'c1', 'object': 'chat.completion.chunk', 'created': 1, 'model': 'm', 'choices': [choice]})}\n\n"
    yield "data: [DONE]\n\n"


async def view(request):
    return StreamingHttpResponse(answer(), content_type="text/event-stream")


urlpatterns = [re_path("", view)]
app = get_asgi_application()
PY
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
venv/bin/uvicorn --log-level error --port "$port" app:app >server.log 2>&1 & servers+=($!)
url=http://127.0.0.1:$port/v1
for _ in $(seq 150); do
    curl -s -o /dev/null "$url" && break || sleep 0.2
done

cat >ask.py <<'PY'
import asyncio
import sys

import aiohttp
import httpx
import requests
from openai import OpenAI

url = sys.argv[1]


async def by_aiohttp():
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.text()


print("requests:", requests.get(url).text.count("data:"), "events")
print("aiohttp:", asyncio.run(by_aiohttp()).count("data:"), "events")
print("httpx:", httpx.get(url).text.count("data:"), "events")
stream = OpenAI(base_url=url, api_key="k").chat.completions.create(model="m", messages=[{"role": "user", "content": "What?"}], stream=True)
chunks = list(stream)
text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
print(f"openai: {text!r}, finish reason {chunks[-1].choices[0].finish_reason}")
PY
{
    echo "curl, without compression: $(curl -s "$url" | grep -c '^data:') events"
    venv/bin/python ask.py "$url"
    node -e 'fetch(process.argv[1]).then(r => r.text()).then(t => console.log("fetch:", t.split("data:").length - 1, "events"))' "$url"
} >seen
cat seen
echo "bytes: $(curl -s "$url" | wc -c) of text, $(curl -s -H 'Accept-Encoding: gzip' "$url" | wc -c) of gzip (some at random)"

diff seen - <<'SEEN' || { cat server.log; echo 'the behaviour has changed'; exit 1; }
curl, without compression: 5 events
requests: 5 events
aiohttp: 5 events
httpx: 1 events
openai: 'Pay', finish reason None
fetch: 5 events
SEEN
