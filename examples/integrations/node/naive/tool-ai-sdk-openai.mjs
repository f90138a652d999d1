// The loop of the first pages, with a tool that tells when it runs.
import { createOpenAI } from "@ai-sdk/openai";
import { jsonSchema, stepCountIs, streamText, tool } from "ai";

const pay = tool({
  description: "Pay an amount.",
  inputSchema: jsonSchema({ type: "object", properties: { amount: { type: "integer" } } }),
  async execute({ amount }) {
    console.log(`tool pay(${amount})`);
    return "paid";
  },
});
const dvara = createOpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const model = dvara.chat("gpt-4o");
const { textStream } = streamText({ model, prompt: "Pay 2500, please.", tools: { pay }, stopWhen: stepCountIs(5) });
for await (const text of textStream) process.stdout.write(text);
