#!/usr/bin/env bash
# litellm[proxy] 1.108.7
# Expected: a stream of the upstream that just stops (no finish_reason, no [DONE]) is passed on as it is, or as an error.
# Happens:  the proxy adds finish_reason "stop" and [DONE]. It does so for half a tool call too: the arguments are
#           no JSON, and the reason is "stop" where a whole call has "tool_calls".
# Matters:  a proxy in front of the model that ends a lost connection in good order (many do) is enough to turn half an
#           answer into a perfect one. Nobody behind LiteLLM can see it; only its upstream's bytes tell.
# Upstream: https://github.com/BerriAI/litellm/issues/42085
set -euo pipefail
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check 'litellm[proxy]==1.108.7'
cd "$work"

cat >upstream.py <<'PY'
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def event(delta, reason=None):
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    body = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(body)}\n\n".encode()


CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "pay", "arguments": ""}}
REST = {"index": 0, "function": {"arguments": '{"amount": 100'}}
ANSWERS = {
    "text": [event({"role": "assistant", "content": "Hello"}), event({"content": " wor"})],
    "tool": [event({"role": "assistant", "tool_calls": [CALL]}), event({"tool_calls": [REST]})],
}


class Upstream(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"".join(ANSWERS[request["model"]]))  # and nothing more

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 upstream.py >upstream.port & servers+=($!)
until [ -s upstream.port ]; do sleep 0.1; done
upstream=http://127.0.0.1:$(cat upstream.port)/v1
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >config.yaml <<YAML
model_list:
  - {model_name: text, litellm_params: {model: openai/text, api_base: "$upstream", api_key: k}}
  - {model_name: tool, litellm_params: {model: openai/tool, api_base: "$upstream", api_key: k}}
YAML
key=sk-$(python3 -c 'import secrets; print(secrets.token_hex(32))')
LITELLM_MASTER_KEY=$key LITELLM_LOCAL_MODEL_COST_MAP=True LITELLM_TELEMETRY=False \
    ./venv/bin/litellm --config config.yaml --host 127.0.0.1 --port "$port" >litellm.log 2>&1 & servers+=($!)
until curl -s -o ready "http://127.0.0.1:$port/health/liveliness"; do
    kill -0 "${servers[1]}" || { tail litellm.log; exit 1; }
    sleep 0.5
done

for model in text tool; do
    curl -sN "http://127.0.0.1:$port/v1/chat/completions" -H 'Content-Type: application/json' -H "Authorization: Bearer $key" \
        -d "{\"model\": \"$model\", \"stream\": true, \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}" >"$model.sse"
    sed -n 's/^data: {/{/p' "$model.sse" | jq -rj '.choices[0].delta | (.content // .tool_calls[0].function.arguments // "")' >"$model.got"
    sed -n 's/^data: {/{/p' "$model.sse" | jq -r '.choices[0].finish_reason // empty' >"$model.reason"
    done=$(grep -c '^data: \[DONE\]' "$model.sse" || true)
    echo "$model: the client reads '$(cat "$model.got")', finish_reason '$(cat "$model.reason")', [DONE] $done time(s)"
    case "$(cat "$model.got")|$(cat "$model.reason")|$done" in
        'Hello wor|stop|1' | '{"amount": 100|stop|1') ;;
        *) tail -3 "$model.sse"; echo 'the behaviour has changed'; exit 1 ;;
    esac
done
