// Stops reading after three pieces, and then has other things to do.
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const messages = [{ role: "user", content: "Say in one sentence what an LLM gateway does." }];

let pieces = 0;
for await (const chunk of await client.chat.completions.create({ model: "gpt-4o", messages, stream: true })) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
  if (++pieces === 3) break;
}
console.log("\n[enough]");
await sleep(1_000); // other work
console.log("[other work done]");
