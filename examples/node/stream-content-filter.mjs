// Reports what governance refuses, and the trace id to ask about. It does not ask again: the rule would be the same.
// Run it: DVARA_API_KEY=gw_... node stream-content-filter.mjs

// [START stream_content_filter]
import OpenAI from "openai";

let finishReason, traceId;
try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    logLevel: "off", // the catch below reports
  });
  const { data: stream, response } = await client.chat.completions.create({
    model: process.env.DVARA_MODEL || "gpt-4o",
    messages: [{ role: "user", content: "Invent an e-mail address for Jane Doe." }],
    stream: true,
  }, { signal: AbortSignal.timeout(20_000) }).withResponse();

  traceId = response.headers.get("x-trace-id");
  for await (const chunk of stream) {
    for (const choice of chunk.choices) {
      process.stdout.write(choice.delta.content ?? "");
      finishReason = choice.finish_reason ?? finishReason;
    }
  }
  console.log();
  // An answer is refused with its finish_reason, and without a word why.
  if (finishReason === "content_filter") console.log(`[answer withheld by content filter, trace id ${traceId}]`);
  else if (finishReason !== "stop") throw new Error(`finish_reason is ${finishReason}`);
} catch (error) { // a prompt is refused before the stream: guardrail_blocked, pii_detected, policy_denied
  traceId ??= error.headers?.get("x-trace-id");
  const what = error.status ? `refused: ${error.code}` : `failed: ${JSON.stringify(error.message)}`;
  console.error(`${what}, trace id ${traceId}`);
  process.exitCode = 1;
}
// [END stream_content_filter]
