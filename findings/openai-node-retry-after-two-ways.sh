#!/usr/bin/env bash
# openai (Node) 6.49.0 and 7.57.0
# Expected: 429 with `Retry-After: 90` means the same to both majors: wait 90 s, or give up at once.
# Happens:  6 sleeps all of it before each of its two retries, without a word. 7 takes a value above 60 s for no value and
#           asks again within a second, twice. Both wait out a `Retry-After: 2`.
# Matters:  an upgrade turns a frozen request into one that hammers a gateway at its limit; with 6 a daily quota's
#           hours are slept through inside one call.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts six@npm:openai@6.49.0 seven@npm:openai@7.57.0

cat >finding.mjs <<'JS'
import http from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import Six from 'six';
import Seven from 'seven';

const arrivals = {};
const gateway = http.createServer((request, response) => {
  const [, name, retryAfter] = request.url.split('/');
  (arrivals[`${name}/${retryAfter}`] ??= []).push(performance.now());
  request.resume().on('end', () => {
    response.writeHead(429, { 'content-type': 'application/json', 'retry-after': retryAfter });
    response.end('{"error":{"message":"too many requests","type":"rate_limit_error","code":"rate_limit"}}');
  });
}).listen(0, '127.0.0.1');
await once(gateway, 'listening');

const WATCHED_S = 15;
const abort = new AbortController();
const ends = {};
for (const [name, OpenAI] of Object.entries({ six: Six, seven: Seven })) {
  for (const retryAfter of ['2', '90']) {
    const client = new OpenAI({ apiKey: 'k', baseURL: `http://127.0.0.1:${gateway.address().port}/${name}/${retryAfter}` });
    const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: true };
    ends[`${name}/${retryAfter}`] = 'still waiting';
    client.chat.completions.create(body, { signal: abort.signal }).catch(problem => {
      if (!abort.signal.aborted) ends[`${name}/${retryAfter}`] = problem.constructor.name;
    });
  }
}
await sleep(WATCHED_S * 1000);
abort.abort();
gateway.close();
gateway.closeAllConnections();

const seen = {};
for (const [key, end] of Object.entries(ends)) {
  const gaps = arrivals[key].slice(1).map((at, index) => (at - arrivals[key][index]) / 1000);
  console.log(`openai ${key.replace('/', ', Retry-After: ').padEnd(22)} ${arrivals[key].length} request(s) in ${WATCHED_S} s, `
    + `gaps [${gaps.map(gap => gap.toFixed(1)).join(', ')}] s, then: ${end}`);
  seen[key] = gaps.length === 0 ? 'waits' : gaps.every(gap => gap > 1.9) ? 'waited 2 s' : 'hammers';
}
const expected = { 'six/2': 'waited 2 s', 'six/90': 'waits', 'seven/2': 'waited 2 s', 'seven/90': 'hammers' };
if (JSON.stringify(seen) !== JSON.stringify(expected)) throw new Error('the behaviour has changed');
process.exit(0);
JS
node finding.mjs
