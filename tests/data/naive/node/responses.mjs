// The loop that most pages print for OpenAI's Responses in Node.js. Nothing in it asks how the answer ended.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });

const stream = await client.responses.create({
  model: "gpt-4o",
  input: "Say in one sentence what an LLM gateway does.",
  stream: true,
});
for await (const event of stream) {
  if (event.type === "response.output_text.delta") process.stdout.write(event.delta);
}
process.stdout.write("\n");
