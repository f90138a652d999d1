#!/usr/bin/env bash
# agno 3.1.10 (openai 3.57.0)
# Expected: a gateway's error, as an HTTP status or as an event inside the stream, raises an exception.
# Happens:  nothing is raised; the error's message arrives in `.content`, where the model's words are.
# Matters:  the usual loop over `chunk.content` prints "Hello wor" and "stopped" as one sentence, and
#           `run(...).content` is "upstream failed". Retries and alerts that wait for exceptions never fire.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check agno==3.1.10 openai==3.57.0

cat >"$work/finding.py" <<'PY'
import json, logging, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from agno.agent import Agent
from agno.models.openai.like import OpenAILike


def chunk(text):
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        streamed = request.get("stream")
        message = "stopped" if streamed else "upstream failed"
        error = {"error": {"message": message, "type": "provider_error", "code": "provider_error"}}
        self.send_response(200 if streamed else 502)
        self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
        self.end_headers()
        if streamed:
            for event in (chunk("Hello"), chunk(" wor"), error):
                self.wfile.write(b"data: %s\n\n" % json.dumps(event).encode())
        else:
            self.wfile.write(json.dumps(error).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
logging.getLogger("agno").setLevel(logging.CRITICAL)
model = OpenAILike(id="m", base_url=f"http://127.0.0.1:{server.server_port}/v1", api_key="k")
agent = Agent(model=model, telemetry=False)

raised = None
streamed = unstreamed = ""
try:
    streamed = "".join(str(part.content) for part in agent.run("hi", stream=True) if getattr(part, "content", None))
    unstreamed = agent.run("hi").content
except Exception as problem:
    raised = problem
server.shutdown()
print(f"error event behind 'Hello wor': the loop over .content gives {streamed!r}")
print(f"HTTP 502:                       run(...).content is {unstreamed!r}")
print(f"exceptions:                     {raised}")
if raised or streamed != "Hello worstopped" or unstreamed != "upstream failed":
    sys.exit("the behaviour has changed")
PY
"$work/venv/bin/python" "$work/finding.py"
