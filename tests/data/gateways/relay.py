"""A gateway of a few lines: passes chat requests on to the provider in its configuration, in the way that MODE says.

Usage: relay.py MODE HOST PORT, with a file config.json in its folder: {"url": ..., "provider_key": ..., "key": ...}.
Modes: honest · dropping (passes neither model nor headers on) · mute (never ready) · dying (ends at the third chat request) ·
unwell (answers chat requests with 500).
"""

import http.client
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

MODE, HOST, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3])
CONFIG = json.loads(Path("config.json").read_text("utf-8"))
ASKED = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(503 if MODE == "mute" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        ASKED.append(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if MODE == "dying" and len(ASKED) == 3:
            print("out of memory, key", CONFIG["key"], flush=True)
            os._exit(7)
        allowed = self.headers["Authorization"] == f"Bearer {CONFIG['key']}"
        if MODE == "unwell" or not allowed:
            self.send_response(500 if allowed else 401)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        headers = {"Authorization": f"Bearer {CONFIG['provider_key']}", "Content-Type": "application/json"}
        if MODE == "dropping":
            body["model"] = "gpt-4o"
        else:
            headers |= {name: value for name, value in self.headers.items() if name.lower().startswith("x-")}
        self._pass_on(json.dumps(body), headers)

    def _pass_on(self, body: str, headers: dict) -> None:
        address = urlsplit(CONFIG["url"])
        upstream = http.client.HTTPConnection(address.hostname, address.port)
        upstream.request("POST", f"{address.path}/chat/completions", body, headers)
        answer = upstream.getresponse()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while piece := answer.read1(65_536):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, text: str, *values: object) -> None:
        print(text % values, flush=True)


print("listening with key", CONFIG["key"], flush=True)
ThreadingHTTPServer((HOST, PORT), Handler).serve_forever()
