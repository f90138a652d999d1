// Streams an answer with the OpenAI SDK, and knows whether it is whole.
// Run it: DVARA_API_KEY=gw_... node stream-openai.mjs

// [START stream_openai]
import OpenAI from "openai";

let finishReason;
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
  }, { signal: AbortSignal.timeout(20_000) }); // in all; the SDK's own time-out ends with the head

  for await (const chunk of stream) {
    for (const choice of chunk.choices) { // a usage chunk has none
      process.stdout.write(choice.delta.content ?? "");
      finishReason = choice.finish_reason ?? finishReason;
    }
  }
  // The loop also ends when half of the answer never came, and when the time is up.
  if (finishReason !== "stop") throw new Error(`incomplete: finish_reason is ${finishReason}`);
  console.log();
} catch (error) { // refused, cut, an error event, or no JSON
  console.error("\nfailed: %s", error.message);
  process.exitCode = 1;
}
// [END stream_openai]
