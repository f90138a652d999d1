#!/usr/bin/env bash
# requests 2.34.2, urllib3 2.8.0, brotli 1.2.1
# Expected: what a server has compressed and flushed can be read at once, whether it is gzip or br.
# Happens:  of a flushed event in br that unpacks to 60 kB, requests gives out 32752 bytes. The rest stays in the decoder until the
#           server sends something else, however long that takes and whatever chunk size is asked for. In gzip all of it comes.
# Why:      with `output_buffer_limit`, brotli's `can_accept_more_data()` is True while decoded data still waits inside, and urllib3
#           takes it for "nothing is left".
# Matters:  once the package brotli is installed, requests asks for br by itself. A large event (a tool call's arguments, an image)
#           is then half an event, for as long as the model thinks before its next word; read timeouts fire on a healthy stream.
# Upstream: not reported yet
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check requests==2.34.2 urllib3==2.8.0 brotli==1.2.1

cat >"$work/finding.py" <<'PY'
import json, sys, threading, zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli, requests

EVENT = b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": "word " * 12_000}}]}).encode() + b"\n\n"
PAUSE_S = 3
went_on = threading.Event()


def packed(coding):
    """Yields the flushed event, then the end of the compressed stream."""
    if coding == "br":
        packer = brotli.Compressor()
        yield packer.process(EVENT) + packer.flush()
        yield packer.finish()
    else:
        packer = zlib.compressobj(wbits=31)
        yield packer.compress(EVENT) + packer.flush(zlib.Z_SYNC_FLUSH)
        yield packer.flush()


class Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Encoding", self.path[1:])
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, data in enumerate(packed(self.path[1:])):
            if number:
                threading.Event().wait(PAUSE_S)  # the model thinks
                went_on.set()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
seen = {}
for coding in ("gzip", "br"):
    for size in (None, 512, 100_000):
        went_on.clear()
        early = total = 0
        with requests.get(f"http://127.0.0.1:{server.server_port}/{coding}", stream=True) as response:
            for piece in response.iter_content(size):
                total += len(piece)
                early += 0 if went_on.is_set() else len(piece)
        seen[coding, size] = early == len(EVENT)
        print(f"{coding}, iter_content({size}): {early} of {len(EVENT)} bytes while the gateway was silent, {total} in the end")
server.shutdown()
if seen != {(coding, size): coding == "gzip" for coding, size in seen}:
    sys.exit("the behaviour has changed")
PY
"$work/venv/bin/python" "$work/finding.py"
