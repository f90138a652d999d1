// Defect: a helper process is started, set free and never ended; it outlives the example.
import { spawn } from "node:child_process";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const question = { model: "gpt-4o", messages: [{ role: "user", content: "Hello!" }], stream: true };

spawn("sleep", ["30"], { stdio: "ignore" }).unref();
for await (const chunk of await client.chat.completions.create(question)) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}
console.log();
