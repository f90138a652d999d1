// Prints an answer while it arrives, and what it cost in tokens.
// Run it: DVARA_API_KEY=gw_... node stream-usage.mjs

// [START stream_usage]
import OpenAI from "openai";

let finishReason, usage;
try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    logLevel: "off", // the catch below reports
  });
  const stream = await client.chat.completions.create({
    model: process.env.DVARA_MODEL || "gpt-4o",
    messages: [{ role: "user", content: "Say in one sentence what an LLM gateway does." }],
    stream: true,
    stream_options: { include_usage: true },
  }, { signal: AbortSignal.timeout(20_000) }); // in all; the SDK's own time-out ends with the head

  for await (const chunk of stream) {
    usage = chunk.usage ?? usage; // in the last chunk, which has no choices
    for (const choice of chunk.choices) {
      process.stdout.write(choice.delta.content ?? "");
      finishReason = choice.finish_reason ?? finishReason;
    }
  }
  if (!finishReason) throw new Error("the stream ended without a finish_reason");
  console.log();
  if (usage) console.log(`[${usage.prompt_tokens} tokens asked, ${usage.completion_tokens} answered]`);
} catch (error) { // refused, cut, an error event, or no JSON
  console.log();
  console.error("failed: %j", error.message);
  process.exitCode = 1;
}
// [END stream_usage]
