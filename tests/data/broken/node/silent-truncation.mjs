// Defect: the end of the stream is taken for the end of the answer, without a look at finish_reason.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const question = { model: "gpt-4o", messages: [{ role: "user", content: "Hello!" }], stream: true };

for await (const chunk of await client.chat.completions.create(question)) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}
console.log();
