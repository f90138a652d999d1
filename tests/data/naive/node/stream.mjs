// The loop that most pages print for Node.js. Nothing in it asks how the answer ended.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });

const stream = await client.chat.completions.create({
  model: "gpt-4o",
  messages: [{ role: "user", content: "Say in one sentence what an LLM gateway does." }],
  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content || "");
}
process.stdout.write("\n");
