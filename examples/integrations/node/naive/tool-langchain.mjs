// The agent of the first pages, with a tool that tells when it runs.
import { ChatOpenAI } from "@langchain/openai";
import { createAgent, tool } from "langchain";
import { z } from "zod";

const schema = z.object({ amount: z.number().int().optional() });
const pay = tool(({ amount }) => {
  console.log(`tool pay(${amount})`);
  return "paid";
}, { name: "pay", description: "Pay an amount.", schema });
const configuration = { baseURL: process.env.DVARA_URL };
const model = new ChatOpenAI({ model: "gpt-4o", apiKey: process.env.DVARA_API_KEY, configuration });
const messages = [{ role: "user", content: "Pay 2500, please." }];
for await (const [chunk] of await createAgent({ model, tools: [pay] }).stream({ messages }, { streamMode: "messages" })) {
  process.stdout.write(chunk.text);
}
