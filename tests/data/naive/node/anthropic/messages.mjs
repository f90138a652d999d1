// The loop that most pages print for Anthropic's Messages in Node.js. Nothing in it asks how the answer ended.
import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({
  baseURL: process.env.DVARA_URL.replace(/\/v1$/, ""),
  apiKey: process.env.DVARA_API_KEY,
  defaultHeaders: { "anthropic-version": "2023-06-01" },
});

const stream = await client.messages.create({
  model: "claude-sonnet-5",
  max_tokens: 200,
  messages: [{ role: "user", content: "Say in one sentence what an LLM gateway does." }],
  stream: true,
});
for await (const event of stream) {
  if (event.type === "content_block_delta" && event.delta.type === "text_delta") process.stdout.write(event.delta.text);
}
process.stdout.write("\n");
