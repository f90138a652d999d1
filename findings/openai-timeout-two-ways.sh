#!/usr/bin/env bash
# openai (Python) 3.57.0 and openai (Node) 7.57.0
# Expected: `timeout` of four seconds, which both SDKs call the time limit of a request, ends a stream that is silent for twelve.
# Happens:  in Python it bounds each wait for bytes, and the loop raises APITimeoutError. In Node it bounds the wait for the response's
#           head alone: the stream comes through whole after twelve seconds. (Node's own fetch gives up after five minutes.)
# Matters:  a gateway that stalls in mid-answer holds requests of a Node service for minutes in spite of its timeout, and nothing in the
#           tests of its Python twin shows it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts openai@7.57.0
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check openai==3.57.0

cat >ask.py <<'PY'
import sys

from openai import OpenAI

client, text = OpenAI(base_url=sys.argv[1], api_key="k", timeout=4.0, max_retries=0), ""
try:
    for chunk in client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}], stream=True):
        text += chunk.choices[0].delta.content or ""
    print(f"whole: {text}")
except Exception as error:
    print(f"{type(error).__name__} after: {text}")
PY
cat >finding.mjs <<'JS'
import { execFile } from 'node:child_process';
import http from 'node:http';
import { once } from 'node:events';
import { promisify } from 'node:util';
import OpenAI from 'openai';

const event = (delta, finish_reason = null) => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk',
  created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const gateway = http.createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event({ role: 'assistant', content: 'Hello wor' }));
    setTimeout(() => response.end(event({ content: 'ld' }) + event({}, 'stop') + 'data: [DONE]\n\n'), 12000);
  });
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');
const baseURL = `http://127.0.0.1:${gateway.address().port}/v1`;

async function ask() {
  let text = '';
  try {
    const client = new OpenAI({ baseURL, apiKey: 'k', timeout: 4000, maxRetries: 0 });
    const stream = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: true });
    for await (const chunk of stream) text += chunk.choices[0].delta.content ?? '';
    return `whole: ${text}`;
  } catch (error) {
    return `${error.constructor.name} after: ${text}`;
  }
}
const python = (await promisify(execFile)('venv/bin/python', ['ask.py', baseURL])).stdout.trim();
const node = await ask();
gateway.close();
console.log(`Python  ${python}\nNode    ${node}`);
if (python !== 'APITimeoutError after: Hello wor' || node !== 'whole: Hello world') throw new Error('the behaviour has changed');
process.exit(0);
JS
node finding.mjs
