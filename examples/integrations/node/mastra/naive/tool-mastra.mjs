// The loop of the first pages, with a tool that tells when it runs.
import { Agent } from "@mastra/core/agent";
import { createTool } from "@mastra/core/tools";
import { z } from "zod";

const pay = createTool({
  id: "pay",
  description: "Pay an amount.",
  inputSchema: z.object({ amount: z.number().int().optional() }),
  async execute({ amount }) {
    console.log(`tool pay(${amount})`);
    return "paid";
  },
});
const model = { id: "dvara/gpt-4o", url: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY };
const agent = new Agent({ id: "payer", name: "Payer", instructions: "You pay bills.", model, tools: { pay } });
const stream = await agent.stream("Pay 2500, please.");
for await (const text of stream.textStream) process.stdout.write(text);
