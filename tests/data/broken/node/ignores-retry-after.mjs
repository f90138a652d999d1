// Defect: a 429 is answered by the next request at once, whatever its Retry-After asks for.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY, maxRetries: 0 });
const question = { model: "gpt-4o", messages: [{ role: "user", content: "Hello!" }], stream: true };

for (let attempt = 1; attempt <= 3; attempt++) {
  try {
    for await (const chunk of await client.chat.completions.create(question)) {
      process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
    }
    break;
  } catch (error) {
    if (error instanceof OpenAI.RateLimitError && attempt < 3) continue;
    console.error(`gave up: ${error.message}`);
    process.exitCode = 1;
    break;
  }
}
