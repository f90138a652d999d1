#!/usr/bin/env bash
# smolagents 1.26.0 (openai 3.57.0)
# Expected: an answer withheld by the gateway (no text, finish_reason "content_filter") ends the run.
# Happens:  the streamed deltas of smolagents have no finish reason, so the agent sees "no tool call", asks again until
#           its 20 steps are used up, and once more without streaming. What that last call says is the result.
# Matters:  one blocked prompt costs 21 calls and 21 events at the guard, and the caller gets a normal answer.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'smolagents[openai]==1.26.0' openai==3.57.0

cat >"$work/finding.py" <<'PY'
import json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from smolagents import OpenAIModel, ToolCallingAgent
from smolagents.models import ChatMessageStreamDelta

requests = []


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        requests.append(bool(request.get("stream")))
        head = {"id": "c1", "created": 1, "model": "m"}
        usage = {"prompt_tokens": 1, "completion_tokens": 0, "total_tokens": 1}
        self.send_response(200)
        if request.get("stream"):
            choice = {"index": 0, "delta": {}, "finish_reason": "content_filter"}
            body = json.dumps({**head, "object": "chat.completion.chunk", "choices": [choice]})
            body = f"data: {body}\n\ndata: [DONE]\n\n"
            self.send_header("Content-Type", "text/event-stream")
        else:
            message = {"role": "assistant", "content": "Here you are."}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            body = json.dumps({**head, "object": "chat.completion", "choices": [choice], "usage": usage})
            self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
model = OpenAIModel(model_id="m", api_base=f"http://127.0.0.1:{server.server_port}/v1", api_key="k")
agent = ToolCallingAgent(tools=[], model=model, stream_outputs=True, verbosity_level=-1)
answer = agent.run("hi")
server.shutdown()
fields = sorted(ChatMessageStreamDelta.__dataclass_fields__)
print(f"a streamed delta has: {', '.join(fields)}")
print(f"requests: {requests.count(True)} streamed, {requests.count(False)} unstreamed; result: {answer!r}")
if "finish_reason" in fields or len(requests) != 21 or answer != "Here you are.":
    sys.exit("the behaviour has changed")
PY
"$work/venv/bin/python" "$work/finding.py"
