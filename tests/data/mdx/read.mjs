// Prints what the real compiler makes of pages: their fences, and the comments that have lines to themselves.
import { createProcessor } from "@mdx-js/mdx";

const processor = createProcessor({ format: "mdx" });
const lines = ({ position }) => [position.start.line - 1, position.end.line];

function* parts(node) {
  const comment = node.type === "mdxFlowExpression" && /^\s*\/\*(.*)\*\/\s*$/s.exec(node.value);
  if (node.type === "code") yield ["fence", ...lines(node), node.value];
  if (comment) yield ["comment", ...lines(node), comment[1].trim()];
  for (const child of node.children ?? []) yield* parts(child);
}

let input = "";
for await (const piece of process.stdin) input += piece;
const read = (text) => {
  try {
    return [...parts(processor.parse(text))];
  } catch {
    return null;
  }
};
console.log(JSON.stringify(JSON.parse(input).map(read)));
