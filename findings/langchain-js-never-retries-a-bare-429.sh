#!/usr/bin/env bash
# @langchain/openai 1.6.0 with @langchain/core 1.4.0
# Expected: `maxRetries: 2` asks again after a 429 and after a 502; Retry-After says when.
# Happens:  a 429 without Retry-After is thrown at once, after one request. With Retry-After it is asked again. A 502 is asked
#           again twice, after waits of its own: `Retry-After` there is not looked at.
# Matters:  rate limits are what retries are switched on for, and most gateways send no Retry-After with them: the one
#           error that would pass is not retried, while an outage with the default of six retries holds each request for a minute and a half.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @langchain/openai@1.6.0 @langchain/core@1.4.0

cat >finding.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';
import { ChatOpenAI } from '@langchain/openai';

const event = (delta, finish_reason = null) => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk',
  created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const requests = {};
const gateway = http.createServer((request, response) => {
  const [, status, retryAfter] = request.url.split('/');
  const key = `${status}/${retryAfter}`;
  requests[key] = (requests[key] ?? 0) + 1;
  request.resume().on('end', () => {
    if (requests[key] > 1) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(event({ role: 'assistant', content: 'Hello' }) + event({}, 'stop') + 'data: [DONE]\n\n');
      return;
    }
    const headers = { 'content-type': 'application/json', ...(retryAfter === '-' ? {} : { 'retry-after': retryAfter }) };
    response.writeHead(Number(status), headers).end('{"error":{"message":"not now","type":"x","code":"x"}}');
  });
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');

const seen = {};
for (const key of ['429/-', '429/1', '502/-']) {
  const configuration = { baseURL: `http://127.0.0.1:${gateway.address().port}/${key}` };
  const model = new ChatOpenAI({ model: 'm', apiKey: 'k', configuration, maxRetries: 2 });
  let text = '';
  try {
    for await (const chunk of await model.stream('hi')) text += chunk.content;
  } catch (error) {
    text = error.constructor.name;
  }
  seen[key] = `${requests[key]} request(s), ${text}`;
  console.log(`first answer ${key.replace('/', ', Retry-After: ').padEnd(22)} ${seen[key]}`);
}
gateway.close();
const expected = { '429/-': '1 request(s), RateLimitError', '429/1': '2 request(s), Hello', '502/-': '2 request(s), Hello' };
if (JSON.stringify(seen) !== JSON.stringify(expected)) throw new Error('the behaviour has changed');
process.exit(0);
JS
node finding.mjs
