// Defect: a timer that nobody clears keeps the process alive after the answer.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const question = { model: "gpt-4o", messages: [{ role: "user", content: "Hello!" }], stream: true };

const spinner = setInterval(() => {}, 100);
for await (const chunk of await client.chat.completions.create(question)) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}
console.log();
