// The loop of the first pages, with a tool that tells when it runs.
import { chat, toolDefinition } from "@tanstack/ai";
import { openaiCompatibleText } from "@tanstack/ai-openai/compatible";

const inputSchema = { type: "object", properties: { amount: { type: "integer" } }, required: [] };
const pay = toolDefinition({ name: "pay", description: "Pay an amount.", inputSchema }).server(async ({ amount }) => {
  console.log(`tool pay(${amount})`);
  return "paid";
});
const adapter = openaiCompatibleText("gpt-4o", { baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
for await (const event of chat({ adapter, messages: [{ role: "user", content: "Pay 2500, please." }], tools: [pay] })) {
  if (event.type === "TEXT_MESSAGE_CONTENT") process.stdout.write(event.delta);
}
