// Streams an answer with Mastra, and knows whether it is whole.
// Run it: DVARA_API_KEY=gw_... node stream-mastra.mjs

// [START stream_mastra]
import { Agent } from "@mastra/core/agent";

let finishReason;
try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const model = {
    id: `dvara/${process.env.DVARA_MODEL || "gpt-4o"}`,
    url: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
  };
  const agent = new Agent({ id: "teller", name: "Teller", instructions: "You are brief.", model });
  const stream = await agent.stream("Say in one sentence what an LLM gateway does.", {
    maxSteps: 1, // without it, an unknown finish reason repeats the answer five times
    abortSignal: AbortSignal.timeout(20_000),
  });
  for await (const { type, payload } of stream.fullStream) { // textStream ends normally however it went
    if (type === "text-delta") process.stdout.write(payload.text);
    if (type === "error") throw payload.error;
    if (type === "abort") throw new Error("the time is up");
    if (type === "finish") finishReason = payload.stepResult.reason;
  }
  if (finishReason !== "stop") throw new Error(`incomplete: finish reason is ${finishReason}`);
  console.log();
} catch (error) { // refused, cut, silent, or an error event
  console.error("\nfailed: %s", error.message);
  process.exitCode = 1;
}
// [END stream_mastra]
