// Defect: governance withholds the answer, and the example asks again and again, at a price.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const question = { model: "gpt-4o", messages: [{ role: "user", content: "Hello!" }], stream: true };

let finishReason;
for (let attempt = 0; attempt < 3 && finishReason !== "stop"; attempt++) {
  for await (const chunk of await client.chat.completions.create(question)) {
    process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
    finishReason = chunk.choices[0]?.finish_reason ?? finishReason;
  }
}
console.log();
console.log("[answer withheld by content filter]");
