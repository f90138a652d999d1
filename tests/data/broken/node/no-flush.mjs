// Defect: the pieces are gathered and printed together at the end: streaming was for nothing.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const question = { model: "gpt-4o", messages: [{ role: "user", content: "Hello!" }], stream: true };

let answer = "";
for await (const chunk of await client.chat.completions.create(question)) answer += chunk.choices[0]?.delta?.content ?? "";
console.log(answer);
