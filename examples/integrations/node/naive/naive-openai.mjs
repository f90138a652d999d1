// The loop of the first pages: it prints what comes, and asks nothing.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const messages = [{ role: "user", content: "Say hello." }];
const stream = await client.chat.completions.create({ model: "gpt-4o", messages, stream: true });
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content || "");
