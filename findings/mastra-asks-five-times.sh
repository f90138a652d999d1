#!/usr/bin/env bash
# @mastra/core 1.71.0
# Expected: an answer with a finish reason that the agent does not know ("end_turn", an upstream's own word) is one answer.
# Happens:  the agent takes the step as unfinished and asks again until its five steps are used up. The text stream holds the
#           answer five times over; nothing is thrown or logged.
# Matters:  behind a gateway that relays its upstream's words every user reads each answer five times and pays for five. The
#           same model says "stop" elsewhere, so tests on OpenAI's own service never show it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @mastra/core@1.71.0

cat >finding.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';
import { Agent } from '@mastra/core/agent';

let requests = 0, reason;
const event = (delta, finish_reason) => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk',
  created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const gateway = http.createServer((request, response) => {
  requests += 1;
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(event({ role: 'assistant', content: 'Hello. ' }, null) + event({}, reason) + 'data: [DONE]\n\n');
  });
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');

const model = { id: 'gateway/m', apiKey: 'k', url: `http://127.0.0.1:${gateway.address().port}/v1` };
const agent = new Agent({ id: 'a', name: 'a', instructions: 'Answer.', model });
const seen = [];
for (reason of ['stop', 'length', 'end_turn', 'max_tokens']) {
  requests = 0;
  let text = '';
  const stream = await agent.stream('hi');
  for await (const piece of stream.textStream) text += piece;
  seen.push(requests);
  console.log(`${reason.padEnd(10)} ${requests} request(s), finishReason ${await stream.finishReason}, text "${text}"`);
}
gateway.close();
gateway.closeAllConnections();
if (String(seen) !== '1,1,5,5') throw new Error('the behaviour has changed');
process.exit(0);
JS
MASTRA_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1 node finding.mjs
