#!/usr/bin/env bash
# ai 6.0.326 and 7.0.173 with @ai-sdk/openai-compatible 2.0.92 and 3.0.92
# Expected: streamText with `timeout: 3000` fails a stream that takes longer: the loop throws, or onError is called.
# Happens:  the loop over textStream ends normally with the text so far. Neither onError nor onFinish is called, nothing is on the
#           console, and toTextStreamResponse() is a complete 200. Only onAbort, or an `abort` part of fullStream, tells.
# Matters:  whoever adds a time limit against hanging streams gets half answers that look whole, and stores them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts six@npm:ai@6.0.326 seven@npm:ai@7.0.173 \
    provider6@npm:@ai-sdk/openai-compatible@2.0.92 provider7@npm:@ai-sdk/openai-compatible@3.0.92

cat >finding.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';
import * as six from 'six';
import * as seven from 'seven';
import * as provider6 from 'provider6';
import * as provider7 from 'provider7';

const event = (delta, finish_reason = null) => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk',
  created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const gateway = http.createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event({ role: 'assistant', content: 'Hello wor' }));
    setTimeout(() => response.end(event({ content: 'ld' }) + event({}, 'stop') + 'data: [DONE]\n\n'), 9000);
  });
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');

const seen = [];
const logged = [];
console.error = (...words) => logged.push(words);
for (const [name, { streamText }, { createOpenAICompatible }] of [['ai 6', six, provider6], ['ai 7', seven, provider7]]) {
  const provider = createOpenAICompatible({ name: 'gateway', apiKey: 'k', baseURL: `http://127.0.0.1:${gateway.address().port}/v1` });
  const called = [];
  const options = { model: provider('m'), prompt: 'hi', timeout: 3000,
    onError: () => called.push('onError'), onFinish: () => called.push('onFinish'), onAbort: () => called.push('onAbort') };
  let text = '', end = 'ended normally';
  try {
    for await (const piece of streamText(options).textStream) text += piece;
  } catch {
    end = 'threw';
  }
  const { onError, onFinish, onAbort, ...plain } = options;
  const response = streamText(plain).toTextStreamResponse();
  const body = await response.text();
  seen.push([end, text, called.join(), response.status, body, logged.length]);
  console.log(`${name}  the loop ${end} with "${text}"; called: ${called}; as a response: ${response.status} "${body}"; logged: ${logged.length}`);
}
const expected = ['ended normally', 'Hello wor', 'onAbort', 200, 'Hello wor', 0];
if (JSON.stringify(seen) !== JSON.stringify([expected, expected])) throw new Error('the behaviour has changed');
process.exit(0);
JS
node finding.mjs
