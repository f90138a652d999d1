// Runs a tool that LangChain.js's model asked for, but never one whose call was cut off.
// Run it: DVARA_API_KEY=gw_... node tool-langchain.mjs

// [START tool_langchain]
import { concat } from "@langchain/core/utils/stream";
import { ChatOpenAI } from "@langchain/openai";
import { tool } from "langchain";
import { z } from "zod";

const schema = z.object({ amount: z.number().int() });
const pay = tool(({ amount }) => {
  console.log(`tool pay(${amount})`);
  return "paid";
}, { name: "pay", description: "Pay an amount.", schema });

try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const model = new ChatOpenAI({
    configuration: { baseURL: process.env.DVARA_URL || "http://localhost:8080/v1" },
    apiKey: process.env.DVARA_API_KEY,
    model: process.env.DVARA_MODEL || "gpt-4o",
    maxRetries: 2,
  });
  const signal = AbortSignal.timeout(20_000); // in all
  let answer;
  for await (const chunk of await model.bindTools([pay]).stream("Pay 2500, please.", { signal })) {
    answer = answer ? concat(answer, chunk) : chunk;
  }
  const finishReason = answer?.response_metadata.finish_reason; // an agent's messages do not have it
  if (finishReason !== "tool_calls") { // adding the chunks up closes JSON that is still open: 2500 may have become 25
    throw new Error(`incomplete: finish_reason is ${finishReason}; nothing was run`);
  }
  for (const call of answer.tool_calls) await pay.invoke(call);
} catch (error) { // refused, cut, silent, or an error event
  console.error("failed: %s", error.message);
  process.exitCode = 1;
}
// [END tool_langchain]
