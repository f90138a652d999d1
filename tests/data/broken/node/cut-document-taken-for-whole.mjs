// Defect: a forgiving parser makes a document that was cut off look whole; finish_reason is not asked.
import OpenAI from "openai";
import { Allow, parse } from "partial-json";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const question = { model: "gpt-4o", messages: [{ role: "user", content: "Hello!" }], stream: true };

let document = "";
for await (const chunk of await client.chat.completions.create(question)) document += chunk.choices[0]?.delta?.content ?? "";
for (const [name, value] of Object.entries(parse(document, Allow.OBJ))) console.log(`${name}: ${value}`);
