#!/usr/bin/env bash
# remark-directive 4.0.0 with remark-rehype 11.1.2
# Expected: with directives switched on, prose that holds no directive is shown as it was.
# Happens:  any `:word` in prose is a text directive, also in the middle of a word: "data:hello" is rendered as
#           "data" and an empty <div>. The word is gone from the page; nothing is reported. Code spans are safe.
# Matters:  pages about streams are full of such words: `data:hello`, host:port, openai:gpt-4o. Switching the
#           plug-in on for ":::note" blocks deletes them from every page that was fine before.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts \
    remark-directive@4.0.0 remark-parse@11.0.0 remark-rehype@11.1.2 rehype-stringify@10.0.1 unified@11

cat >finding.mjs <<'JS'
import rehypeStringify from 'rehype-stringify';
import remarkDirective from 'remark-directive';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';

const PROSE = [
  'An event is data:hello and an empty line.',
  'Send it to host:port with the model openai:gpt-4o at 10:30.',
  'Code spans are safe: `data:hello`.',
];
const page = prose => unified().use(remarkParse).use(remarkDirective).use(remarkRehype).use(rehypeStringify).process(prose);
const shown = [];
for (const prose of PROSE) {
  const { value, messages } = await page(prose);
  shown.push(value);
  console.log(`${prose}\n  -> ${value}   (${messages.length} messages)`);
}
const lost = shown.slice(0, 2).every((html, index) => html.includes('<div></div>') && !html.includes(['hello', 'port'][index]));
if (!lost || !shown[2].includes('<code>data:hello</code>')) throw new Error('the behaviour has changed');
JS
node finding.mjs
