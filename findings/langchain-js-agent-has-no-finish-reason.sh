#!/usr/bin/env bash
# langchain 1.5.14 (JavaScript) with @langchain/openai 1.6.0 and @langchain/core 1.4.0
# Expected: an agent's message says how it ended: `response_metadata.finish_reason`, as the model's own stream does.
# Happens:  the model's stream has it. In an agent that is streamed (`streamMode: "messages"`) neither the pieces nor the message
#           in the agent's state, which middleware sees, have it: `length`, `content_filter` and `stop` look the same.
#           A tool call that `length` cut at `"amount": 25` of 2500 is closed and run with 25, and no hook can tell.
# Matters:  middleware that guards tools by the finish reason passes every cut call, or stops every whole one. What is left is
#           to read the reason below the agent.
# Upstream: https://github.com/langchain-ai/langchainjs/pull/10098, https://github.com/langchain-ai/langchainjs/issues/11469
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts langchain@1.5.14 @langchain/openai@1.6.0 @langchain/core@1.4.0 zod@4.1.12

cat >finding.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, createMiddleware, tool } from 'langchain';
import { z } from 'zod';

const event = (delta, finish_reason = null) => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk',
  created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const gateway = http.createServer(async (request, response) => {
  const { messages } = JSON.parse((await request.toArray()).join(''));
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (messages.some(({ role }) => role === 'tool')) {
    response.end(event({ role: 'assistant', content: 'Paid.' }) + event({}, 'stop') + 'data: [DONE]\n\n');
    return;
  }
  const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'pay', arguments: '{"amount": 25' } };
  response.end(event({ role: 'assistant', tool_calls: [call] }) + event({}, 'length') + 'data: [DONE]\n\n');
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');

const paid = [], seen = { stream: [], middleware: [], pieces: [] };
const schema = z.object({ amount: z.number().int() });
const pay = tool(({ amount }) => { paid.push(amount); return 'paid'; }, { name: 'pay', description: 'Pay.', schema });
const configuration = { baseURL: `http://127.0.0.1:${gateway.address().port}/v1` };
const model = new ChatOpenAI({ model: 'm', apiKey: 'k', configuration });
const reason = (message) => message.response_metadata?.finish_reason;

for await (const chunk of await model.bindTools([pay]).stream('pay 2500')) if (reason(chunk)) seen.stream.push(reason(chunk));
const watch = createMiddleware({ name: 'watch', afterModel({ messages }) {
  const answer = messages.filter((message) => message.type === 'ai').at(-1);
  seen.middleware.push(reason(answer) ?? 'none');
} });
const agent = createAgent({ model, tools: [pay], middleware: [watch] });
const asked = { messages: [{ role: 'user', content: 'pay 2500' }] };
for await (const [piece] of await agent.stream(asked, { streamMode: 'messages' })) if (reason(piece)) seen.pieces.push(reason(piece));
gateway.close();
console.log("the model's own stream ", seen.stream);
console.log('pieces of the agent    ', seen.pieces);
console.log('what middleware sees   ', seen.middleware);
console.log('paid                   ', paid);
const expected = { stream: ['length'], middleware: ['none', 'none'], pieces: [] };
if (JSON.stringify([seen, paid]) !== JSON.stringify([expected, [25]])) throw new Error('the behaviour has changed');
process.exit(0);
JS
node finding.mjs
