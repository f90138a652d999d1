#!/usr/bin/env bash
# @openai/agents 0.14.3 (openai 6.49.0)
# Expected: an answer without text and with finish_reason "stop" is an answer: one request, and an empty final output.
# Happens:  the runner asks again at once, ten times within seconds, and then throws MaxTurnsExceededError, which names neither
#           the empty answer nor its finish reason. A whole answer as JSON in place of the stream does the same.
# Matters:  one prompt to which a model has nothing to say, or one cache that answers unstreamed, is billed ten times; the error
#           sends its reader to look for a loop of tools.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @openai/agents@0.14.3 openai@6.49.0 zod@4

cat >finding.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';
import { Agent, OpenAIChatCompletionsModel, run, setTracingDisabled } from '@openai/agents';
import OpenAI from 'openai';

setTracingDisabled(true);
let requests = 0, answer;
const event = (delta, finish_reason) => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk',
  created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const text = (content) => ['text/event-stream', event({ role: 'assistant', content }, null) + event({}, 'stop') + 'data: [DONE]\n\n'];
const json = ['application/json', JSON.stringify({ id: 'c1', object: 'chat.completion', created: 1, model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }] })];
const gateway = http.createServer((request, response) => {
  requests += 1;
  request.resume().on('end', () => response.writeHead(200, { 'content-type': answer[0] }).end(answer[1]));
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');

const client = new OpenAI({ baseURL: `http://127.0.0.1:${gateway.address().port}/v1`, apiKey: 'k' });
const agent = new Agent({ name: 'a', model: new OpenAIChatCompletionsModel(client, 'm') });
const seen = [];
for (const [name, given] of [['text', text('Hello.')], ['no text', text('')], ['JSON', json]]) {
  requests = 0;
  answer = given;
  let outcome;
  try {
    const result = await run(agent, 'hi', { stream: true });
    for await (const _ of result) { /* the loop of the first pages */ }
    await result.completed;
    outcome = JSON.stringify(result.finalOutput);
  } catch (error) {
    outcome = `${error.constructor.name}: ${error.message}`;
  }
  seen.push(`${requests} ${outcome.split(':')[0]}`);
  console.log(`${name.padEnd(8)} ${requests} request(s), ${outcome}`);
}
gateway.close();
gateway.closeAllConnections();
if (String(seen) !== '1 "Hello.",10 MaxTurnsExceededError,10 MaxTurnsExceededError') throw new Error('the behaviour has changed');
process.exit(0);
JS
node --no-warnings finding.mjs
