// Streams from /v1/responses, and checks by itself what DVARA does not say there: whether the answer is complete.
// Run it: DVARA_API_KEY=gw_... node responses-stream.mjs

// [START responses_stream]
import OpenAI from "openai";

let completed = false;
let text = "";
try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    logLevel: "off", // the catch below reports
  });
  const stream = await client.responses.create({
    model: process.env.DVARA_MODEL || "gpt-4o",
    input: "Say in one sentence what an LLM gateway does. End with the word END.",
    stream: true,
  }, { signal: AbortSignal.timeout(20_000) }); // in all; the SDK's own time-out ends with the head

  for await (const event of stream) {
    if (event.type === "response.output_text.delta") {
      process.stdout.write(event.delta);
      text += event.delta;
    } else if (event.type === "response.failed") throw new Error(event.response.error.message);
    completed ||= event.type === "response.completed";
  }
  if (!completed) throw new Error("the stream ended without response.completed");
  // DVARA tells no finish_reason here, not even of a withheld answer.
  if (!/\bEND\W*$/.exec(text)) throw new Error("incomplete: the answer does not end with END");
  console.log();
} catch (error) { // refused, cut, failed, or no JSON
  console.log();
  console.error("failed: %j", error.message);
  process.exitCode = 1;
}
// [END responses_stream]
