#!/usr/bin/env bash
# ai 6.0.326 with @ai-sdk/openai-compatible 2.0.92 and @ai-sdk/openai 3.0.141
# Expected: two providers of one SDK, which speak the same protocol, say the same of the same bytes.
# Happens:  of a stream that just stops (no finish_reason, no [DONE], a clean end) openai-compatible reports an error; openai's
#           `.chat()` reports none and finishes with "other". A JSON answer to a streamed request splits them alike.
# Matters:  to switch from one package to the other, which their pages present as a matter of taste, takes the only sign of a cut away.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts ai@6.0.326 @ai-sdk/openai-compatible@2.0.92 @ai-sdk/openai@3.0.141

cat >finding.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';

const head = { id: 'c1', created: 1, model: 'm' };
const event = content => `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] })}\n\n`;
const whole = JSON.stringify({ ...head, object: 'chat.completion', usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello world' }, finish_reason: 'stop' }] });
const gateway = http.createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.url.startsWith('/json')) response.writeHead(200, { 'content-type': 'application/json' }).end(whole);
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(event('Hello') + event(' wor'));
  });
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');

const seen = {};
for (const kind of ['cut', 'json']) {
  const settings = { apiKey: 'k', baseURL: `http://127.0.0.1:${gateway.address().port}/${kind}/v1` };
  const models = { 'openai-compatible': createOpenAICompatible({ name: 'gateway', ...settings })('m'), openai: createOpenAI(settings).chat('m') };
  for (const [provider, model] of Object.entries(models)) {
    let errors = 0, text = '', reason;
    for await (const part of streamText({ model, prompt: 'hi', onError() {} }).fullStream) {
      if (part.type === 'text-delta') text += part.text;
      if (part.type === 'error') errors += 1;
      if (part.type === 'finish') reason = part.finishReason;
    }
    seen[`${kind} ${provider}`] = `"${text}", errors: ${errors}, finishReason: ${reason}`;
    console.log(`${kind.padEnd(5)} ${provider.padEnd(18)} ${seen[`${kind} ${provider}`]}`);
  }
}
gateway.close();
const expected = { 'cut openai-compatible': '"Hello wor", errors: 1, finishReason: error', 'cut openai': '"Hello wor", errors: 0, finishReason: other',
  'json openai-compatible': '"", errors: 1, finishReason: error', 'json openai': '"", errors: 0, finishReason: other' };
if (JSON.stringify(seen) !== JSON.stringify(expected)) throw new Error('the behaviour has changed');
JS
node finding.mjs
