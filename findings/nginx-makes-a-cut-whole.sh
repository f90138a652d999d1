#!/usr/bin/env bash
# nginx 1.22.1 (Debian 12)
# Expected: a reverse proxy whose upstream breaks a chunked response off breaks its own response off.
# Happens:  with `proxy_pass` alone nginx asks the upstream in HTTP/1.0. The upstream then sends no chunks but ends its body by closing
#           the connection, so that a crash looks like the end; nginx adds the last chunk, and curl exits 0 with half an answer.
#           `proxy_buffering off`, which everybody sets for event streams, changes nothing; `proxy_http_version 1.1` makes curl exit 18.
# Matters:  the upstream does everything right, asked directly curl exits 18; the line in a configuration that decides whether clients
#           can see a cut is about keep-alive connections to most who write it.
# Upstream: the reference recommends version 1.1 for keep-alive connections and NTLM; the default is 1.1 from nginx 1.29.7 on.
set -euo pipefail
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
chmod 755 . # apt and nginx read it as other users
apt-get download -q 'nginx=1.22.1-*' >apt.log 2>&1 || { cat apt.log; echo 'needs the package sources of Debian 12'; exit 1; }
dpkg-deb -x nginx_*.deb nginx
nginx=$work/nginx/usr/sbin/nginx
"$nginx" -v 2>&1

cat >upstream.py <<'PY'
"""Answers as any server does: in chunks to HTTP/1.1, up to the end of the connection to HTTP/1.0; then it is gone in mid-answer."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EVENT = b'data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hello wor"}}]}\n\n'


class Upstream(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        chunked = self.request_version == "HTTP/1.1"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(EVENT), EVENT) if chunked else EVENT)
        self.close_connection = True

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 upstream.py >upstream.port & servers+=($!)
until [ -s upstream.port ]; do sleep 0.1; done
upstream=$(cat upstream.port)

free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

fetch() { # NAME PORT
    local code=0
    curl -sN -m 20 "http://127.0.0.1:$2/" -o body || code=$?
    echo "$1: curl exits $code, events: $(grep -c '^data:' body)"
}

behind() { # NAME SETTINGS
    local port
    port=$(free_port)
    cat >nginx.conf <<CONF
daemon off; master_process off; pid $work/pid; error_log $work/error.log;
events {}
http {
    access_log off;
    client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
    server { listen 127.0.0.1:$port; location / { proxy_pass http://127.0.0.1:$upstream; $2 } }
}
CONF
    "$nginx" -e "$work/error.log" -c "$work/nginx.conf" & servers+=($!)
    for _ in $(seq 100); do
        curl -s -o /dev/null "http://127.0.0.1:$port/" || [ $? -ne 7 ] && break || sleep 0.1
    done
    fetch "$1" "$port"
    kill "${servers[-1]}" && wait "${servers[-1]}" || true
}
{
    fetch 'directly' "$upstream"
    behind 'proxy_pass alone' ''
    behind 'proxy_buffering off' 'proxy_buffering off;'
    behind 'proxy_http_version 1.1' 'proxy_buffering off; proxy_http_version 1.1;'
} >seen
cat seen

diff seen - <<'SEEN' || { cat error.log; echo 'the behaviour has changed'; exit 1; }
directly: curl exits 18, events: 1
proxy_pass alone: curl exits 0, events: 1
proxy_buffering off: curl exits 0, events: 1
proxy_http_version 1.1: curl exits 18, events: 1
SEEN
