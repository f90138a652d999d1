// Defect: choices[0] of every chunk, though the usage chunk has no choices: the example dies after the last word.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const question = { model: "gpt-4o", messages: [{ role: "user", content: "Hello!" }], stream: true };

question.stream_options = { include_usage: true };
for await (const chunk of await client.chat.completions.create(question)) {
  process.stdout.write(chunk.choices[0].delta.content ?? "");
}
console.log();
