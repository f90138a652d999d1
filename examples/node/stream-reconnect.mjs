// Asks again when the connection is lost, three times in all. An answer cannot be resumed: it visibly starts again.
// Run it: DVARA_API_KEY=gw_... node stream-reconnect.mjs

// [START stream_reconnect]
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";

const baseURL = process.env.DVARA_URL || "http://localhost:8080/v1", apiKey = process.env.DVARA_API_KEY;
if (!apiKey) console.error("DVARA_API_KEY is not set"), process.exit(1);
process.stdout.on("error", () => process.exit(1)); // nobody reads any more
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, logLevel: "off" }); // its own retries would make nine requests
const model = process.env.DVARA_MODEL || "gpt-4o";
const messages = [{ role: "user", content: "Say in one sentence what an LLM gateway does." }];
let finishReason, problem;

for (const pause of [0, 500, 1000]) {
  if (pause) console.log("\n[connection lost, the answer starts again]");
  await sleep(pause);
  problem = new Error("the stream ended without a finish_reason");
  try {
    const signal = AbortSignal.timeout(20_000); // in all; the SDK's own time-out ends with the head
    for await (const chunk of await client.chat.completions.create({ model, messages, stream: true }, { signal })) {
      for (const choice of chunk.choices) { // a usage chunk has none
        process.stdout.write(choice.delta.content ?? "");
        finishReason = choice.finish_reason ?? finishReason;
      }
    }
  } catch (error) {
    problem = error;
  }
  // Final are a finish_reason, a status of 400 or above, an error event and what is no JSON. All else is a lost connection.
  if (finishReason || problem.status || problem.error || problem instanceof SyntaxError) break;
}
console.log();
if (!finishReason) {
  console.error("failed: %j", problem.message);
  process.exitCode = 1;
} else if (finishReason !== "stop") console.log(`[the answer ended early: ${finishReason}]`);
// [END stream_reconnect]
