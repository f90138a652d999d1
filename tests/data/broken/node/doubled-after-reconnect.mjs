// Defect: after a lost connection the answer is printed again behind what is already there, as if it went on.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY, maxRetries: 0 });
const question = { model: "gpt-4o", messages: [{ role: "user", content: "Hello!" }], stream: true };

for (let attempt = 0; attempt < 3; attempt++) {
  try {
    for await (const chunk of await client.chat.completions.create(question)) {
      process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
    }
    break;
  } catch {
    await new Promise((wake) => setTimeout(wake, 500 * 2 ** attempt));
  }
}
console.log();
