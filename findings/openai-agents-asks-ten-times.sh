#!/usr/bin/env bash
# @openai/agents 0.14.3
# Expected: an empty answer that ended with "stop" is an empty result, or one error that says so.
# Happens:  the agent sends the same request ten times without a pause and then throws MaxTurnsExceededError, "Max turns (10)
#           exceeded". An answer cut at "length" is, on the other hand, completed, and no result object holds the reason.
# Matters:  a prompt that a model answers with nothing costs ten calls and names the wrong cause, while half a sentence is handed
#           to the next agent as final.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @openai/agents@0.14.3 openai@6.49.0 zod@4

cat >finding.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';
import OpenAI from 'openai';
import { Agent, OpenAIChatCompletionsModel, run, setTracingDisabled } from '@openai/agents';

setTracingDisabled(true);
let requests = 0, content, reason;
const event = (delta, finish_reason) => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk',
  created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const gateway = http.createServer((request, response) => {
  requests += 1;
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(event({ role: 'assistant', content }, null) + event({}, reason) + 'data: [DONE]\n\n');
  });
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');

const client = new OpenAI({ apiKey: 'k', baseURL: `http://127.0.0.1:${gateway.address().port}/v1` });
const agent = new Agent({ name: 'a', model: new OpenAIChatCompletionsModel(client, 'm') });
const seen = [];
for ([content, reason] of [['Hello world', 'stop'], ['Hello wor', 'length'], ['', 'stop']]) {
  requests = 0;
  let end;
  try {
    const result = await run(agent, 'hi', { stream: true });
    for await (const _ of result.toTextStream());
    await result.completed;
    end = `completed, finalOutput "${result.finalOutput}"`;
  } catch (problem) {
    end = `${problem.constructor.name}: ${problem.message}`;
  }
  seen.push(`${requests} ${end.split(/[,:]/)[0]}`);
  console.log(`"${content}" ended with "${reason}": ${requests} request(s), ${end}`);
}
gateway.close();
gateway.closeAllConnections();
if (String(seen) !== '1 completed,1 completed,10 MaxTurnsExceededError') throw new Error('the behaviour has changed');
JS
node finding.mjs
