#!/usr/bin/env bash
# @copilotkit/aimock 1.43.0
# Expected: a mock server that records an upstream replays what it saw: the finish reason, or that there was none.
# Happens:  `--record` keeps the text alone. An answer that ended with "content_filter", with "length" or with no finish
#           reason at all is replayed with "stop" and [DONE].
# Matters:  tests on recordings are green for code that would fail on the real stream: each recorded cut answer
#           is a perfect one from the second run on.
set -euo pipefail
work=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @copilotkit/aimock@1.43.0
mkdir fixtures

cat >upstream.mjs <<'JS'
import http from 'node:http';

const event = (delta, finish_reason) => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk',
  created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const server = http.createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const reason = JSON.parse(body).messages.at(-1).content.split(' ').at(-1);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(event({ role: 'assistant', content: 'Hello' }, null) + event({ content: ' wor' }, null));
  response.end(reason === 'nothing' ? '' : event({}, reason) + 'data: [DONE]\n\n');
}).listen(0, '127.0.0.1', () => console.log(server.address().port));
JS
node upstream.mjs >upstream.port & servers+=($!)
until [ -s upstream.port ]; do sleep 0.1; done
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
./node_modules/.bin/llmock --record --provider-openai "http://127.0.0.1:$(cat upstream.port)" \
    --host 127.0.0.1 --port "$port" --fixtures "$work/fixtures" >mock.log 2>&1 & servers+=($!)
until curl -s -o ready "http://127.0.0.1:$port/"; do
    kill -0 "${servers[1]}" || { tail mock.log; exit 1; }
    sleep 0.2
done

reasons() { # what a client reads as finish reasons and sentinel
    curl -sN "http://127.0.0.1:$port/v1/chat/completions" -H 'Content-Type: application/json' -H 'Authorization: Bearer k' \
        -d "{\"model\": \"m\", \"stream\": true, \"messages\": [{\"role\": \"user\", \"content\": \"end with $1\"}]}" >"$1.sse"
    { grep -o '"finish_reason":"[a-z_]*"\|\[DONE\]' "$1.sse" || true; } | sed 's/.*:"//; s/"//' | paste -sd' '
}
for reason in nothing length content_filter; do
    recorded=$(reasons "$reason") replayed=$(reasons "$reason")
    echo "ended with $reason: recorded '$recorded', replayed '$replayed'"
    case "$reason|$recorded|$replayed" in
        'nothing||stop [DONE]' | 'length|length [DONE]|stop [DONE]' | 'content_filter|content_filter [DONE]|stop [DONE]') ;;
        *) echo 'the behaviour has changed'; exit 1 ;;
    esac
done
