#!/usr/bin/env bash
# pydantic-ai-slim 2.68.0 (openai 3.57.0)
# Expected: a stream that ends without any finish reason leaves `finish_reason` empty or raises.
# Happens:  the response says finish_reason "stop", state "complete" and is_complete True.
# Matters:  every monitor that looks for "length" or for a missing reason counts a cut answer as a healthy one.
#           The one trace is a key that is absent from `provider_details`.
# Upstream: https://github.com/pydantic/pydantic-ai/issues/6610 (a profile flag can refuse such streams; it is off)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'pydantic-ai-slim[openai]==2.68.0' openai==3.57.0

cat >"$work/finding.py" <<'PY'
import asyncio, json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

finish = None  # what the gateway says in its last chunk; None: it says nothing and closes in good order


def chunk(delta, reason=None):
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for part in [chunk({"role": "assistant", "content": "Hello"}), chunk({"content": " wor"})]:
            self.wfile.write(b"data: %s\n\n" % json.dumps(part).encode())
        if finish:
            self.wfile.write(b"data: %s\n\ndata: [DONE]\n\n" % json.dumps(chunk({}, finish)).encode())

    def log_message(self, *_):
        pass


async def ask(url):
    model = OpenAIChatModel("m", provider=OpenAIProvider(base_url=url, api_key="k"))
    async with Agent(model).run_stream("hi") as result:
        text = "".join([piece async for piece in result.stream_text(delta=True)])
    answer = result.response
    return text, answer.finish_reason, answer.state, result.is_complete, "finish_reason" in (answer.provider_details or {})


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
seen = {}
for finish in ("stop", "length", None):
    seen[finish] = asyncio.run(ask(f"http://127.0.0.1:{server.server_port}/v1"))
    print(f"gateway said {finish!s:7} text, finish_reason, state, is_complete, raw reason kept: {seen[finish]}")
server.shutdown()
if seen["length"][1] != "length" or seen[None] != ("Hello wor", "stop", "complete", True, False):
    sys.exit("the behaviour has changed")
PY
"$work/venv/bin/python" "$work/finding.py"
