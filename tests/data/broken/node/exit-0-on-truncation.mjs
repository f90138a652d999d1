// Defect: the lost connection is mentioned, but the exit code says that all went well.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY, maxRetries: 0 });
const question = { model: "gpt-4o", messages: [{ role: "user", content: "Hello!" }], stream: true };

try {
  for await (const chunk of await client.chat.completions.create(question)) {
    process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
  }
  console.log();
} catch (error) {
  console.error(`connection lost: ${error.message}`);
}
