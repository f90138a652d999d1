#!/usr/bin/env bash
# @mastra/core 1.71.0
# Expected: a tool call whose arguments break off, in a stream that ends with finish_reason "length", is not run.
# Happens:  the broken arguments are dropped and the tool runs with none, after "length" and where the stream just ends. One
#           line on stderr says that the input is not JSON; nothing is thrown. A schema with required fields prevents it.
# Matters:  the model was writing {"scope": "one order"}, the gateway cut it, and cancel() ran for its default: all of them.
# Upstream: https://github.com/mastra-ai/mastra/issues/15717 is about the loop after "length", not about the run itself
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @mastra/core@1.71.0 zod@4.4.3

cat >finding.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { z } from 'zod';

let reason;
const event = (delta, finish_reason) => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk',
  created: 1, model: 'm', choices: [{ index: 0, delta, ...(finish_reason && { finish_reason }) }] })}\n\n`;
const call = (id, name, text) => ({ tool_calls: [{ index: 0, ...(id && { id, type: 'function' }),
  function: { ...(name && { name }), arguments: text } }] });
const gateway = http.createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => { body += piece; }).on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (JSON.parse(body).messages.some(({ role }) => role === 'tool'))
      return response.end(event({ role: 'assistant', content: 'Done.' }) + event({}, 'stop') + 'data: [DONE]\n\n');
    response.write(event({ role: 'assistant', ...call('call_1', 'cancel', '') }) + event(call('', '', '{"scope": "one ord')));
    response.end(reason === 'none' ? '' : event({}, reason) + 'data: [DONE]\n\n');
  });
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');

const seen = [];
const cancel = createTool({
  id: 'cancel', description: 'Cancel orders.', inputSchema: z.object({ scope: z.string().optional() }),
  async execute({ scope = 'ALL ORDERS' }) { seen.push(`${reason}: cancel(${scope})`); return 'cancelled'; },
});
const model = { id: 'gateway/m', apiKey: 'k', url: `http://127.0.0.1:${gateway.address().port}/v1` };
const agent = new Agent({ id: 'a', name: 'a', instructions: 'Act.', model, tools: { cancel } });
for (reason of ['length', 'none']) for await (const _ of (await agent.stream('Cancel one order.')).textStream);
gateway.close();
gateway.closeAllConnections();
for (const line of seen) console.log(line);
if (String(seen) !== 'length: cancel(ALL ORDERS),none: cancel(ALL ORDERS)') throw new Error('the behaviour has changed');
process.exit(0);
JS
MASTRA_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1 node finding.mjs
