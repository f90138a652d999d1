#!/usr/bin/env bash
# requests 2.34.2, httpx 0.28.1, aiohttp 3.14.5, undici 7.29.0, axios 1.21.1, Python 3.11's urllib, curl 7.88.1
# Expected: NO_PROXY means the same to all clients: a host, a host with a port, a network, a domain; at least to those of one language.
# Happens:  only "*" and plain lists of hosts do. With 127.0.0.1:PORT urllib, httpx, undici and axios go straight, requests, aiohttp and
#           curl through the proxy (but requests goes straight to localhost:PORT). 127.0.0.0/8 is understood by requests, axios and
#           curl only. Of ".localhost" urllib, requests, aiohttp, undici and curl say that localhost is meant, httpx and axios not. To
#           axios each name of this machine is all of them: "localhost" exempts 127.0.0.1.
# Matters:  behind a company's proxy one and the same setting sends one example to the local gateway and the next one to the proxy,
#           which refuses it or, worse, reaches its own localhost.
# Upstream: each library documents its own forms; there is no standard.
set -euo pipefail
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts undici@7.29.0 axios@1.21.1
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5

cat >servers.py <<'PY'
import socket
import threading


def serve(listener, word):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=answer, args=(client, word), daemon=True).start()


def answer(client, word):
    if client.recv(65536).startswith(b"CONNECT"):
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        client.recv(65536)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(word), word))
    client.close()


gateway, proxy = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
threading.Thread(target=serve, args=(gateway, b"direct"), daemon=True).start()
print(gateway.getsockname()[1], proxy.getsockname()[1], flush=True)
serve(proxy, b"proxy")
PY
python3 servers.py >ports & servers+=($!)
until [ -s ports ]; do sleep 0.1; done
read -r gateway proxy <ports

cat >ask.py <<'PY'
import asyncio
import sys
import urllib.request

import aiohttp
import httpx
import requests

url = sys.argv[1]


async def by_aiohttp():
    async with aiohttp.ClientSession(trust_env=True) as session, session.get(url) as response:
        return await response.text()


print("urllib", urllib.request.urlopen(url).read().decode())
print("requests", requests.get(url).text)
print("httpx", httpx.get(url).text)
print("aiohttp", asyncio.run(by_aiohttp()))
PY
cat >ask.mjs <<'JS'
import axios from 'axios';
import { EnvHttpProxyAgent, fetch } from 'undici';

const url = process.argv[2];
console.log('undici', await (await fetch(url, { dispatcher: new EnvHttpProxyAgent() })).text());
console.log('axios', (await axios.get(url)).data);
JS

direct() { # HOST NO_PROXY: the clients that do not use the proxy
    local url=http://$1:$gateway/
    export http_proxy=http://127.0.0.1:$proxy HTTP_PROXY=http://127.0.0.1:$proxy no_proxy=$2 NO_PROXY=$2
    unset all_proxy ALL_PROXY https_proxy HTTPS_PROXY
    { venv/bin/python ask.py "$url"; node ask.mjs "$url"; echo "curl $(curl -s "$url")"; } >answers
    echo "NO_PROXY=${2/$gateway/PORT}, $1: $(sed -n 's/ direct$//p' answers | paste -sd' ')"
}
curl --version | sed -n '1s/ (.*//p'
{
    direct 127.0.0.1 ''
    direct 127.0.0.1 '*'
    direct 127.0.0.1 localhost,127.0.0.1
    direct 127.0.0.1 "127.0.0.1:$gateway"
    direct localhost "localhost:$gateway"
    direct 127.0.0.1 127.0.0.0/8
    direct localhost .localhost
    direct 127.0.0.1 localhost
} | tee seen

diff seen - <<'SEEN' || { echo 'the behaviour has changed'; exit 1; }
NO_PROXY=, 127.0.0.1: 
NO_PROXY=*, 127.0.0.1: urllib requests httpx aiohttp undici axios curl
NO_PROXY=localhost,127.0.0.1, 127.0.0.1: urllib requests httpx aiohttp undici axios curl
NO_PROXY=127.0.0.1:PORT, 127.0.0.1: urllib httpx undici axios
NO_PROXY=localhost:PORT, localhost: urllib requests httpx undici axios
NO_PROXY=127.0.0.0/8, 127.0.0.1: requests axios curl
NO_PROXY=.localhost, localhost: urllib requests aiohttp undici curl
NO_PROXY=localhost, 127.0.0.1: axios
SEEN
