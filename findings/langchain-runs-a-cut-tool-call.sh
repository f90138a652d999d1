#!/usr/bin/env bash
# langchain 1.5.2, langchain-core 1.8.3, langchain-openai 1.7.4
# Expected: a tool call whose arguments break off, in a stream that ends with finish_reason "length", lands in
#           `invalid_tool_calls`, and the agent does not run the tool.
# Happens:  the open JSON is closed for the model; the agent runs the tool with the fragment. So it does on
#           "content_filter" and when the stream just ends.
# Matters:  the model was writing {"amount": 2500}, the gateway cut it behind "25", and 25 is paid. No log line.
# Upstream: https://github.com/langchain-ai/langchain/issues/39275
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check langchain==1.5.2 langchain-core==1.8.3 langchain-openai==1.7.4

cat >"$work/finding.py" <<'PY'
import json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

finish = None  # the gateway's reason for the end; None: it just ends


def chunk(delta, reason=None):
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if request["messages"][-1]["role"] == "tool":
            events = [chunk({"role": "assistant", "content": "Done."}), chunk({}, "stop")]
        else:
            function = {"name": "pay", "arguments": ""}
            call = {"index": 0, "id": "call_1", "type": "function", "function": function}
            rest = {"index": 0, "function": {"arguments": '{"amount": 25'}}
            events = [chunk({"role": "assistant", "tool_calls": [call]}), chunk({"tool_calls": [rest]})]
            events += [chunk({}, finish)] if finish else []
        for event in events:
            self.wfile.write(b"data: %s\n\n" % json.dumps(event).encode())

    def log_message(self, *_):
        pass


paid = []


def pay(amount: int) -> str:
    """Pay an amount."""
    paid.append(amount)
    return "paid"


server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
model = ChatOpenAI(model="m", base_url=f"http://127.0.0.1:{server.server_port}/v1", api_key="k", streaming=True)
for finish in ("length", "content_filter", None):
    paid.clear()
    last = None
    for last in create_agent(model, tools=[pay]).stream({"messages": [("user", "pay 2500")]}, stream_mode="values"):
        pass
    call = next(message for message in last["messages"] if message.type == "ai")
    print(f"the end says {finish!s:15} paid {paid}   invalid_tool_calls {call.invalid_tool_calls}")
    if paid != [25] or call.invalid_tool_calls:
        sys.exit("the behaviour has changed")
server.shutdown()
PY
env -u LANGSMITH_TRACING "$work/venv/bin/python" "$work/finding.py"
