#!/usr/bin/env bash
# @microsoft/fetch-event-source 2.0.1
# Expected: a POST whose answer breaks off is reported and not sent again, as POSTs are not idempotent.
# Happens:  without an onerror that throws, each lost connection is followed by the same POST a second later, without limit and
#           without a call that tells. The messages of all attempts arrive in the one onmessage.
# Matters:  a chat in the browser shows "Hello worHello worHello world", each attempt is a new, paid answer, and as a model
#           answers differently each time, the pieces do not even fit.
# Upstream: https://github.com/Azure/fetch-event-source/pull/54
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @microsoft/fetch-event-source@2.0.1

cat >finding.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';
import { createRequire } from 'node:module';

// The two globals of a browser that the package asks for.
globalThis.window = globalThis;
globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };
const { fetchEventSource } = createRequire(import.meta.url)('@microsoft/fetch-event-source');

const CUT = 2; // so many answers break off before one is whole
const event = (content, finish_reason = null) => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk',
  created: 1, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason }] })}\n\n`;
const requests = [];
const gateway = http.createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  requests.push(`${request.method} ${body}`);
  const cut = requests.length <= CUT;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(event('Hello') + event(' wor'));
  if (cut) setTimeout(() => response.socket.destroy(), 200);
  else response.end(event('ld', 'stop') + 'data: [DONE]\n\n');
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');

let text = '', closed = 0, end = 'resolved';
try {
  await fetchEventSource(`http://127.0.0.1:${gateway.address().port}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"model":"m","stream":true}',
    onmessage: ({ data }) => { if (data !== '[DONE]') text += JSON.parse(data).choices[0].delta.content; },
    onclose: () => { closed += 1; },
  });
} catch (problem) {
  end = `rejected with ${problem}`;
}
gateway.close();
gateway.closeAllConnections();
console.log(`one call: ${requests.length} requests (${[...new Set(requests)].join(' / ')})`);
console.log(`onmessage saw "${text}", onclose ${closed} time(s), the promise ${end}`);
if (requests.length !== CUT + 1 || text !== 'Hello worHello worHello world' || end !== 'resolved') {
  throw new Error('the behaviour has changed');
}
JS
node finding.mjs
