// Stops reading in the middle of an answer; closing the connection tells the gateway to stop, too.
// Run it: DVARA_API_KEY=gw_... node stream-cancel.mjs

// [START stream_cancel]
import OpenAI from "openai";

let finishReason;
let pieces = 0;
try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    logLevel: "off", // the catch below reports
  });
  const stream = await client.chat.completions.create({
    model: process.env.DVARA_MODEL || "gpt-4o",
    messages: [{ role: "user", content: "Count from 1 to 100." }],
    stream: true,
  }, { signal: AbortSignal.timeout(20_000) }); // in all; the SDK's own time-out ends with the head

  for await (const { choices: [choice] } of stream) {
    process.stdout.write(choice?.delta.content ?? "");
    finishReason = choice?.finish_reason ?? finishReason;
    if (choice?.delta.content && ++pieces === 5) break; // leaving the loop closes the connection
  }
  if (pieces < 5 && !finishReason) throw new Error("the stream ended without a finish_reason");
  console.log(`\n[stopped after ${pieces} pieces]`);
} catch (error) { // refused, cut, an error event, or no JSON
  console.log();
  console.error("failed: %j", error.message);
  process.exitCode = 1;
}
// [END stream_cancel]
