#!/usr/bin/env bash
# @langchain/openai 1.6.0 with @langchain/core 1.4.0 (JavaScript)
# Expected: `new ChatOpenAI({ streaming: true, configuration: { baseURL } })` talks to that address alone.
# Happens:  after the last event `invoke` fetches a table of tokens from https://tiktoken.pages.dev to count tokens itself, also
#           where the gateway sent its own count, and gives the answer back only after that.
# Matters:  where only the gateway can be reached, each answer, though it is whole, waits for the retries of that fetch (over
#           a minute and a half where the name does not resolve) and looks like a gateway that hangs. `stream` does not do it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @langchain/openai@1.6.0 @langchain/core@1.4.0

cat >finding.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';

const asked = []; // before the packages are loaded: nothing but the gateway is let out
let sent = false;
const { fetch } = globalThis;
globalThis.fetch = async (resource, options) => {
  const url = new URL(resource?.url ?? resource);
  if (url.hostname === '127.0.0.1') return fetch(resource, options);
  asked.push(`${url.hostname}, ${sent ? 'after' : 'before'} the last event`);
  return new Response('no', { status: 403 }); // what a firewall says
};
const { ChatOpenAI } = await import('@langchain/openai');

const event = (choices, more = {}) => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1,
  model: 'm', choices, ...more })}\n\n`;
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const gateway = http.createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event([{ index: 0, delta: { role: 'assistant', content: 'Hello' }, finish_reason: null }]));
    response.write(event([{ index: 0, delta: {}, finish_reason: 'stop' }]) + event([], { usage }));
    response.end('data: [DONE]\n\n', () => { sent = true; });
  });
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');

const configuration = { baseURL: `http://127.0.0.1:${gateway.address().port}/v1` };
let text = '';
for await (const chunk of await new ChatOpenAI({ model: 'm', apiKey: 'k', configuration }).stream('hi')) text += chunk.content;
console.log(`stream:                 ${JSON.stringify(text)}, asked elsewhere: ${asked.length}`);
if (asked.length) throw new Error('the behaviour has changed');
const model = new ChatOpenAI({ model: 'm', apiKey: 'k', configuration, streaming: true });
const answer = await model.invoke('hi');
console.log(`invoke, streaming true: ${JSON.stringify(answer.content)}, asked elsewhere: ${asked.length}`, [...new Set(asked)]);
console.log('tokens that the gateway counted:', answer.usage_metadata?.total_tokens);
gateway.close();
if (!asked.length || asked.some((each) => each !== 'tiktoken.pages.dev, after the last event')) throw new Error('the behaviour has changed');
process.exit(0);
JS
node finding.mjs
