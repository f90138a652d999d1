#!/usr/bin/env bash
# ai 6.0.326 with @ai-sdk/openai-compatible 2.0.92
# Expected: `for await (const text of result.textStream)` throws when the answer fails, whatever the failure is.
# Happens:  on a 401 and on an error event in mid-stream the loop ends normally and only onError is called; on a lost
#           connection the loop throws and onError is NOT called. toTextStreamResponse() answers 200 to a wrong key.
# Matters:  neither try/catch nor onError alone is enough; the usual loop shows an empty bubble or half a sentence.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts ai@6.0.326 @ai-sdk/openai-compatible@2.0.92

cat >finding.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';

const chunk = content => ({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm',
  choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] });
const error = { error: { message: 'stopped', type: 'stream_stopped', code: 'stream_stopped' } };
const event = data => `data: ${JSON.stringify(data)}\n\n`;

const gateway = http.createServer((request, response) => {
  request.resume().on('end', () => {
    const kind = request.url.split('/')[1];
    if (kind === 'wrong-key') {
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(error));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event(chunk('Hello')) + event(chunk(' wor')));
    if (kind === 'error-event') response.end(event(error));
    else setTimeout(() => response.socket.end(), 200); // the connection is lost before the last chunk
  });
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');

const answer = (kind, onError) => streamText({
  model: createOpenAICompatible({ name: 'gateway', apiKey: 'k', baseURL: `http://127.0.0.1:${gateway.address().port}/${kind}` })('m'),
  prompt: 'hi', onError,
});
const seen = {};
for (const kind of ['wrong-key', 'error-event', 'lost-connection']) {
  let told = 0, text = '', end = 'ended normally';
  try {
    for await (const piece of answer(kind, () => { told += 1; }).textStream) text += piece;
  } catch {
    end = 'threw';
  }
  seen[kind] = `${end}, onError ${told}x`;
  console.log(`${kind.padEnd(16)} the loop ${end} with "${text}"; onError was called ${told} time(s)`);
}
const response = answer('wrong-key', () => {}).toTextStreamResponse();
seen.response = `${response.status} "${await response.text()}"`;
console.log(`wrong-key        toTextStreamResponse(): ${seen.response}`);
gateway.close();
const expected = { 'wrong-key': 'ended normally, onError 1x', 'error-event': 'ended normally, onError 1x',
  'lost-connection': 'threw, onError 0x', response: '200 ""' };
if (JSON.stringify(seen) !== JSON.stringify(expected)) throw new Error('the behaviour has changed');
JS
node finding.mjs
