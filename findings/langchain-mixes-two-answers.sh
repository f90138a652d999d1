#!/usr/bin/env bash
# langchain-openai 1.7.4, langchain-core 1.8.3
# Expected: `ChatOpenAI(n=2).stream(…)` is refused, as `ChatOpenAI(n=2, streaming=True)` is ("n must be 1 when streaming"), or keeps
#           the two answers apart.
# Happens:  n=2 is sent, and the pieces of both answers are joined in the order of their arrival: "Buy it now." and "Sell all today."
#           become one message, "BuySell it all now. today.". Its finish reason is "stoplength".
# Matters:  the message is neither answer, and the joined reason equals neither "length" nor "stop", so that no check for a cut finds it.
# Upstream: the reference of `n` says "number of chat completions to generate for each prompt"; `stream` is not mentioned.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check langchain-openai==1.7.4 langchain-core==1.8.3

cat >finding.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from langchain_openai import ChatOpenAI


def event(index, text, reason=None):
    choice = {"index": index, "delta": {"content": text} if text else {}, "finish_reason": reason}
    return f"data: {json.dumps({'id': 'c1', 'object': 'chat.completion.chunk', 'created': 1, 'model': 'm', 'choices': [choice]})}\n\n"


WORDS = [(0, "Buy"), (1, "Sell"), (0, " it"), (1, " all"), (0, " now."), (1, " today.")]
BODY = "".join(event(*word) for word in WORDS) + event(0, "", "stop") + event(1, "", "length") + "data: [DONE]\n\n"


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        print("asked with n =", request.get("n"))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(BODY.encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
settings = {"model": "m", "base_url": f"http://127.0.0.1:{server.server_port}/v1", "api_key": "k", "n": 2}
try:
    ChatOpenAI(**settings, streaming=True)
    print("streaming=True is accepted")
except ValueError as error:
    print("streaming=True is refused:", "n must be 1 when streaming" in str(error))
message = None
for chunk in ChatOpenAI(**settings).stream("What shall I do?"):
    message = chunk if message is None else message + chunk
print(f"stream(): {message.content!r}, {message.response_metadata['finish_reason']!r}")
PY
venv/bin/python finding.py | tee seen

diff seen - <<'SEEN' || { echo 'the behaviour has changed'; exit 1; }
streaming=True is refused: True
asked with n = 2
stream(): 'BuySell it all now. today.', 'stoplength'
SEEN
