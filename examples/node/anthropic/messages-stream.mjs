// Streams a message with Anthropic's SDK.
// Run it: DVARA_API_KEY=gw_... node messages-stream.mjs

// [START messages_stream]
import Anthropic from "@anthropic-ai/sdk";

let stopReason;
let stopped = false;
try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new Anthropic({
    baseURL: (process.env.DVARA_URL || "http://localhost:8080/v1").replace(/\/v1\/*$/, ""), // the SDK adds it
    apiKey: process.env.DVARA_API_KEY,
    defaultHeaders: { "anthropic-version": "2023-06-01" }, // DVARA refuses any other
    logLevel: "off", // the catch below reports
  });
  const stream = await client.messages.create({
    model: process.env.DVARA_MODEL || "claude-sonnet-5",
    max_tokens: 200,
    messages: [{ role: "user", content: "Say in one sentence what an LLM gateway does." }],
    stream: true,
  }, { signal: AbortSignal.timeout(20_000) }); // in all; the SDK's own time-out ends with the head

  for await (const event of stream) {
    if (event.delta?.type === "text_delta") process.stdout.write(event.delta.text);
    stopReason = event.type === "message_delta" ? event.delta.stop_reason : stopReason;
    stopped ||= event.type === "message_stop";
  }
  // The loop also ends when half of the answer never came, and when the time is up.
  if (!stopped || !stopReason) throw new Error("the stream ended without a stop_reason and message_stop");
  console.log(stopReason === "end_turn" ? "" : `\n[the answer ended early: ${stopReason}]`);
} catch (error) { // refused, cut, an error event, or no JSON
  console.log();
  console.error("failed: %j", error.message);
  process.exitCode = 1;
}
// [END messages_stream]
