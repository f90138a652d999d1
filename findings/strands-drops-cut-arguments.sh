#!/usr/bin/env bash
# strands-agents 1.62.0 (openai 2.54.0)
# Expected: a stream that ends in the middle of a tool call's arguments raises, or the tool is not run.
# Happens:  the broken arguments are replaced by {}, the missing finish reason by "tool_use", and the tool runs with
#           its defaults. A text cut in the same way was printed, yet the result is "" with stop_reason "end_turn".
# Matters:  purge(scope="tmp" becomes purge(), whose default scope may be everything; a stored answer is empty
#           although the user has read half of it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check strands-agents==1.62.0 openai==2.54.0

cat >"$work/finding.py" <<'PY'
import json, logging, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from strands import Agent, tool
from strands.models.openai import OpenAIModel


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
        elif request.get("tools"):
            function = {"name": "purge", "arguments": ""}
            call = {"index": 0, "id": "call_1", "type": "function", "function": function}
            rest = {"index": 0, "function": {"arguments": '{"scope": "tmp'}}
            events = [chunk({"role": "assistant", "tool_calls": [call]}), chunk({"tool_calls": [rest]})]
        else:
            events = [chunk({"role": "assistant", "content": "Hello"}), chunk({"content": " wor"})]
        for event in events:  # then the response ends in good order, without finish_reason and [DONE]
            self.wfile.write(b"data: %s\n\n" % json.dumps(event).encode())

    def log_message(self, *_):
        pass


purged = []


@tool
def purge(scope: str = "everything") -> str:
    """Purge a scope."""
    purged.append(scope)
    return "purged"


logging.disable(logging.CRITICAL)
server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
threading.Thread(target=server.serve_forever, daemon=True).start()
model = OpenAIModel(
    client_args={"api_key": "k", "base_url": f"http://127.0.0.1:{server.server_port}/v1"}, model_id="m"
)
Agent(model=model, tools=[purge], callback_handler=None)("purge tmp")
print(f"tool call cut behind {{\"scope\": \"tmp: purge ran with {purged}")

printed = []
result = Agent(model=model, callback_handler=lambda **event: printed.append(event.get("data", "")))("hi")
print(f"text cut: the callback saw {''.join(printed)!r}, the result is {str(result)!r}, stop_reason {result.stop_reason!r}")
server.shutdown()
if purged != ["everything"] or "".join(printed) != "Hello wor" or (str(result), result.stop_reason) != ("", "end_turn"):
    sys.exit("the behaviour has changed")
PY
"$work/venv/bin/python" "$work/finding.py"
