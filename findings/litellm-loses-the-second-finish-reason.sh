#!/usr/bin/env bash
# litellm 1.110.2
# Expected: with `n=2` the stream carries a finish reason for each of the two choices, as the gateway sends them: "stop" and "length".
# Happens:  the stream ends at the first one. The reason of the second choice is dropped, and `stream_chunk_builder` says "stop" of
#           both: an answer that the gateway cut at its token limit is handed on as finished.
# Matters:  the reason is stated on the wire, and wrong in the process; nothing is raised. Choosing the better of two answers may choose half.
# Upstream: `n` is among the supported parameters of the documentation; nothing excludes it from streams.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check litellm==1.110.2

cat >finding.py <<'PY'
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm
from openai import OpenAI

litellm.suppress_debug_info = True


def event(index, text, reason=None):
    choice = {"index": index, "delta": {"content": text} if text else {}, "finish_reason": reason}
    return f"data: {json.dumps({'id': 'c1', 'object': 'chat.completion.chunk', 'created': 1, 'model': 'm', 'choices': [choice]})}\n\n"


WORDS = [(0, "Buy"), (1, "Sell"), (0, " it"), (1, " all"), (0, " now."), (1, " but")]
BODY = "".join(event(*word) for word in WORDS) + event(0, "", "stop") + event(1, "", "length") + "data: [DONE]\n\n"


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(BODY.encode())

    def log_message(self, *_):
        pass


def told(chunks):
    texts, reasons = {}, {}
    for chunk in chunks:
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + (choice.delta.content or "")
            reasons[choice.index] = choice.finish_reason or reasons.get(choice.index)
    return ", ".join(f"{text!r} {reasons[index]}" for index, text in sorted(texts.items()))


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}/v1"
messages = [{"role": "user", "content": "What shall I do?"}]
print("openai:", told(OpenAI(base_url=base, api_key="k").chat.completions.create(model="m", messages=messages, stream=True, n=2)))
chunks = list(litellm.completion(model="openai/m", api_base=base, api_key="k", messages=messages, stream=True, n=2))
print("litellm:", told(chunks))
whole = litellm.stream_chunk_builder(chunks)
print("stream_chunk_builder:", ", ".join(f"{choice.message.content!r} {choice.finish_reason}" for choice in whole.choices))
PY
venv/bin/python finding.py 2>errors | tee seen || { cat errors; exit 1; }

diff seen - <<'SEEN' || { echo 'the behaviour has changed'; exit 1; }
openai: 'Buy it now.' stop, 'Sell all but' length
litellm: 'Buy it now.' stop, 'Sell all but' None
stream_chunk_builder: 'Buy it now.' stop, 'Sell all but' stop
SEEN
