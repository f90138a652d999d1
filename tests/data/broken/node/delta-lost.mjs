// Defect: the chunk with the role is taken for a mere greeting. DVARA puts the first word into it, and that is lost.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const question = { model: "gpt-4o", messages: [{ role: "user", content: "Hello!" }], stream: true };

for await (const chunk of await client.chat.completions.create(question)) {
  const delta = chunk.choices[0]?.delta;
  if (delta?.role) continue;
  process.stdout.write(delta?.content ?? "");
}
console.log();
