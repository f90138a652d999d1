// The loop of the first pages, with a tool that tells when it runs.
import { Agent, OpenAIChatCompletionsModel, run, setTracingDisabled, tool } from "@openai/agents";
import OpenAI from "openai";

setTracingDisabled(true);
const pay = tool({
  name: "pay",
  description: "Pay an amount.",
  strict: false,
  parameters: { type: "object", properties: { amount: { type: "integer" } }, required: [], additionalProperties: true },
  async execute({ amount }) {
    console.log(`tool pay(${amount})`);
    return "paid";
  },
});
const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const agent = new Agent({ name: "Payer", model: new OpenAIChatCompletionsModel(client, "gpt-4o"), tools: [pay] });
const result = await run(agent, "Pay 2500, please.", { stream: true });
result.toTextStream({ compatibleWithNodeStreams: true }).pipe(process.stdout);
await result.completed;
