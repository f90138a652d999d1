#!/usr/bin/env bash
# granian 2.8.7 (WSGI), gunicorn 27.0.1
# Expected: a WSGI application may be a generator; status and headers that it states before its first piece of body are sent.
# Happens:  Granian sends "200 OK" without any of its headers; its 429, Retry-After and content type are lost. The body arrives. The
#           same application that returns a list is served right, and Gunicorn serves both right.
# Matters:  a streaming gateway is most naturally a generator; behind Granian its errors are successes, and its event streams have no
#           content type. A client then reads the error's JSON as the stream of an answer.
# Upstream: PEP 3333 wants start_response called "before the iterable yields its first body bytestring", and servers "must not assume
#           that start_response() has been called before they begin iterating". Reported to Granian and closed as not planned.
set -euo pipefail
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check granian==2.8.7 gunicorn==27.0.1

cat >app.py <<'PY'
ERROR = b'{"error":{"message":"slow down","type":"rate_limit","code":"429"}}'


def refuse(start_response):
    start_response("429 Too Many Requests", [("Content-Type", "application/json"), ("Retry-After", "5")])


def generator(start_response):
    refuse(start_response)
    yield ERROR


def as_list(start_response):
    refuse(start_response)
    return [ERROR]


def app(environ, start_response):
    return (generator if environ["PATH_INFO"] == "/generator" else as_list)(start_response)
PY

free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

ask() { # NAME PORT
    for _ in $(seq 150); do
        curl -s -o /dev/null "http://127.0.0.1:$2/list" && break || sleep 0.2
    done
    for shape in list generator; do
        curl -s -m 10 -D head -o body "http://127.0.0.1:$2/$shape"
        echo "$1, $shape: status $(awk 'NR == 1 { print $2 }' head), type '$(awk -F': ' 'tolower($1) == "content-type" { print $2 }' head |
            tr -d '\r')', retry after '$(awk -F': ' 'tolower($1) == "retry-after" { print $2 }' head | tr -d '\r')', $(wc -c <body) bytes"
    done
}

port=$(free_port)
venv/bin/granian --interface wsgi app:app --host 127.0.0.1 --port "$port" >granian.log 2>&1 & servers+=($!)
ask granian "$port" | tee seen
port=$(free_port)
venv/bin/gunicorn app:app -b "127.0.0.1:$port" >gunicorn.log 2>&1 & servers+=($!)
ask gunicorn "$port" | tee -a seen

diff seen - <<'SEEN' || { echo 'the behaviour has changed'; exit 1; }
granian, list: status 429, type 'application/json', retry after '5', 66 bytes
granian, generator: status 200, type '', retry after '', 66 bytes
gunicorn, list: status 429, type 'application/json', retry after '5', 66 bytes
gunicorn, generator: status 429, type 'application/json', retry after '5', 66 bytes
SEEN
