// Streams an answer with TanStack AI, and knows whether it is whole.
// Run it: DVARA_API_KEY=gw_... node stream-tanstack-ai.mjs

// [START stream_tanstack_ai]
import { chat } from "@tanstack/ai";
import { OpenAICompatibleChatAdapter } from "@tanstack/ai-openai/compatible";
import OpenAI from "openai";

let finishReason;
try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    logLevel: "off",
  });
  const { completions } = client.chat, create = completions.create.bind(completions);
  const signal = AbortSignal.timeout(20_000); // in all
  completions.create = async (body, options) => noted(await create(body, { ...options, signal }));
  async function* noted(chunks) { // TanStack AI says "stop" of every stream that just ends: read the reason below it
    for await (const chunk of chunks) {
      for (const choice of chunk.choices ?? []) finishReason = choice.finish_reason ?? finishReason;
      yield chunk;
    }
  }
  const adapter = new OpenAICompatibleChatAdapter(client, process.env.DVARA_MODEL || "gpt-4o", "dvara");
  const messages = [{ role: "user", content: "Say in one sentence what an LLM gateway does." }];
  for await (const event of chat({ adapter, messages, debug: false })) {
    if (event.type === "TEXT_MESSAGE_CONTENT") process.stdout.write(event.delta);
    if (event.type === "RUN_ERROR") throw new Error(event.message); // the stream itself never throws
  }
  if (finishReason !== "stop") throw new Error(`incomplete: finish_reason is ${finishReason}`);
  console.log();
} catch (error) { // refused, cut, silent, or an error event
  console.error("\nfailed: %s", error.message);
  process.exitCode = 1;
}
// [END stream_tanstack_ai]
