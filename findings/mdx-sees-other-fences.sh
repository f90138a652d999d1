#!/usr/bin/env bash
# @mdx-js/mdx 3.1.1 against CommonMark (remark-parse 11.0.0, markdown-it 15.0.3)
# Expected: MDX is Markdown with components; a tool that reads a page as CommonMark finds the code blocks that readers see.
# Happens:  MDX has no indented code and no HTML blocks. A fence indented by four columns, or right below a tag, is code to MDX and
#           text to CommonMark; an indented block is the reverse. And a line of backticks four columns in, inside a
#           string of the example, closes the block for MDX alone: half the example and an unpaired fence are shown.
# Matters:  whoever checks or runs the examples of .mdx pages (Docusaurus reads .md as MDX too) with a Markdown
#           parser passes over examples without a word, and runs some that are cut on the page.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts @mdx-js/mdx@3.1.1 remark-parse@11.0.0 unified@11 markdown-it@15.0.3

cat >finding.mjs <<'JS'
import { createProcessor } from '@mdx-js/mdx';
import MarkdownIt from 'markdown-it';
import remarkParse from 'remark-parse';
import { unified } from 'unified';

const fence = '```';
const PAGES = {
  'fence in an indented component': `<Step>\n    Stream an answer:\n\n    ${fence}python\n    stream()\n    ${fence}\n</Step>\n`,
  'fence right below a tag': `<TabItem value="py">\n${fence}python\nstream()\n${fence}\n</TabItem>\n`,
  'block indented by four': `Stream an answer:\n\n    stream()\n`,
  'backticks inside a string': `${fence}python\nprompt = """\n    ${fence}\n"""\nstream(prompt)\n${fence}\n\nThe end.\n`,
};

const codeIn = tree => (tree.type === 'code' ? [`${tree.lang ?? ''}: ${tree.value}`] : (tree.children ?? []).flatMap(codeIn));
const READERS = {
  'MDX': page => codeIn(createProcessor().parse(page)),
  'remark': page => codeIn(unified().use(remarkParse).parse(page)),
  'markdown-it': page => new MarkdownIt({ html: true }).parse(page, {})
    .filter(token => token.type === 'fence' || token.type === 'code_block')
    .map(token => `${token.info}: ${token.content.replace(/\n$/, '')}`),
};

const seen = {};
for (const [name, page] of Object.entries(PAGES)) {
  console.log(`${name}:`);
  for (const [reader, read] of Object.entries(READERS)) {
    (seen[name] ??= []).push(read(page));
    console.log(`  ${reader.padEnd(12)} ${JSON.stringify(read(page))}`);
  }
}
const [inside, below, indented, backticks] = Object.values(seen);
const same = (value, ...expected) => JSON.stringify(value) === JSON.stringify(expected);
const whole = `python: prompt = """\n    ${fence}\n"""\nstream(prompt)`;
const unchanged = same(inside[0], 'python: stream()') && inside[1][0].startsWith(`: ${fence}python`) && inside[2][0].startsWith(`: ${fence}python`)
  && same(below[0], 'python: stream()') && same(below[1]) && same(below[2])
  && same(indented[0]) && same(indented[1], ': stream()') && same(indented[2], ': stream()')
  && backticks[0][0] === 'python: prompt = """' && same(backticks[1], whole) && same(backticks[2], whole);
if (!unchanged) throw new Error('the behaviour has changed');
JS
node finding.mjs
