// Runs a tool that Mastra's model asked for, but never one whose call was cut off.
// Run it: DVARA_API_KEY=gw_... node tool-mastra.mjs

// [START tool_mastra]
import { Agent } from "@mastra/core/agent";
import { createTool } from "@mastra/core/tools";
import { z } from "zod";

const inputSchema = z.object({ amount: z.number().int() });
const tools = { pay: createTool({ id: "pay", description: "Pay an amount.", inputSchema }) }; // without execute: Mastra only asks
function pay({ amount }) {
  console.log(`tool pay(${amount})`);
}

try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const model = {
    id: `dvara/${process.env.DVARA_MODEL || "gpt-4o"}`,
    url: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
  };
  const agent = new Agent({ id: "payer", name: "Payer", instructions: "You pay bills.", model, tools });
  const stream = await agent.stream("Pay 2500, please.", { maxSteps: 1, abortSignal: AbortSignal.timeout(20_000) });
  const calls = [];
  let finishReason;
  for await (const { type, payload } of stream.fullStream) {
    if (type === "tool-call") calls.push(payload.args);
    if (type === "error") throw payload.error;
    if (type === "finish") finishReason = payload.stepResult.reason;
  }
  if (finishReason !== "tool-calls") throw new Error(`incomplete: finish reason is ${finishReason}; nothing was run`);
  for (const args of calls) pay(inputSchema.parse(args)); // Mastra makes {} of arguments that were cut
} catch (error) { // refused, cut, silent, or an error event
  console.error("failed: %s", error.message);
  process.exitCode = 1;
}
// [END tool_mastra]
