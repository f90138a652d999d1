// Defect: nothing is caught. A refused key ends in a stack trace where one plain line would do.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const question = { model: "gpt-4o", messages: [{ role: "user", content: "Hello!" }], stream: true };

for await (const chunk of await client.chat.completions.create(question)) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}
console.log();
