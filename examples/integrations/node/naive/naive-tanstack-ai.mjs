// The loop of the first pages: it prints what comes, and asks nothing.
import { chat } from "@tanstack/ai";
import { openaiCompatibleText } from "@tanstack/ai-openai/compatible";

const adapter = openaiCompatibleText("gpt-4o", { baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
for await (const event of chat({ adapter, messages: [{ role: "user", content: "Say hello." }] })) {
  if (event.type === "TEXT_MESSAGE_CONTENT") process.stdout.write(event.delta);
}
