// The helper of the SDK that runs tools, with a tool that tells when it runs.
import OpenAI from "openai";

function pay({ amount }) {
  console.log(`tool pay(${amount})`);
  return "paid";
}

const parameters = { type: "object", properties: { amount: { type: "integer" } } };
const definition = { name: "pay", description: "Pay an amount.", parse: JSON.parse, parameters, function: pay };
const tools = [{ type: "function", function: definition }];
const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const messages = [{ role: "user", content: "Pay 2500, please." }];
const runner = client.chat.completions.runTools({ model: "gpt-4o", messages, tools, stream: true });
runner.on("content", (text) => process.stdout.write(text));
await runner.done();
