// Runs a tool with TanStack AI, but never one whose call was cut off.
// Run it: DVARA_API_KEY=gw_... node tool-tanstack-ai.mjs

// [START tool_tanstack_ai]
import { chat, toolDefinition } from "@tanstack/ai";
import { OpenAICompatibleChatAdapter } from "@tanstack/ai-openai/compatible";
import OpenAI from "openai";

const inputSchema = { type: "object", properties: { amount: { type: "integer" } }, required: ["amount"] };
const pay = toolDefinition({ name: "pay", description: "Pay an amount.", inputSchema }).server(async ({ amount }) => {
  console.log(`tool pay(${amount})`);
  return "paid";
});

try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    logLevel: "off",
  });
  const { completions } = client.chat, create = completions.create.bind(completions);
  const signal = AbortSignal.timeout(20_000); // in all
  completions.create = async (body, options) => checked(await create(body, { ...options, signal }));
  async function* checked(chunks) { // TanStack AI runs a cut call without its arguments: stop it before it gets that far
    let finishReason;
    for await (const chunk of chunks) {
      for (const choice of chunk.choices ?? []) finishReason = choice.finish_reason ?? finishReason;
      yield chunk;
    }
    if (finishReason === "stop") return; // the answer after the tool
    if (finishReason !== "tool_calls") throw new Error(`incomplete: finish_reason is ${finishReason}; nothing was run`);
  }
  const adapter = new OpenAICompatibleChatAdapter(client, process.env.DVARA_MODEL || "gpt-4o", "dvara");
  const messages = [{ role: "user", content: "Pay 2500, please." }];
  for await (const event of chat({ adapter, messages, tools: [pay], debug: false })) {
    if (event.type === "RUN_ERROR") throw new Error(event.message); // the stream itself never throws
  }
} catch (error) { // refused, cut, silent, or an error event
  console.error("failed: %s", error.message);
  process.exitCode = 1;
}
// [END tool_tanstack_ai]
