// Streams with everything that can go wrong told apart: silence, cuts, error events, odd chunks, Ctrl-C, a closed pipe.
// Run it: DVARA_API_KEY=gw_... node stream-robust.mjs

// [START stream_robust]
import OpenAI from "openai";

try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    timeout: 15_000,
    logLevel: "off", // the catch below speaks
  });
  const stream = await client.chat.completions.create({
    model: process.env.DVARA_MODEL || "gpt-4o",
    messages: [{ role: "user", content: "Say in one sentence what an LLM gateway does." }],
    stream: true,
  });

  process.stdout.on("error", () => process.exit(1)); // nobody reads any more
  const hangUp = () => stream.controller.abort();
  const watchdog = setTimeout(hangUp, 15_000).unref(); // the SDK's own time-out ends with the head
  let finishReason;
  try {
    for await (const chunk of stream) {
      watchdog.refresh();
      for (const choice of chunk.choices ?? []) { // a usage chunk has none
        process.stdout.write(choice.delta?.content ?? "");
        finishReason = choice.finish_reason ?? finishReason;
        if (finishReason) setTimeout(hangUp, 1_000).unref(); // some servers forget to
      }
    }
  } finally {
    process.stdout.write("\n");
  }

  if (!finishReason && stream.controller.signal.aborted) throw new OpenAI.APIConnectionTimeoutError();
  if (!finishReason) throw new Error("incomplete: the stream ended without a finish_reason");
  if (finishReason === "content_filter") console.log("[answer withheld by content filter]");
  else if (finishReason !== "stop") {
    console.log(`[answer cut off: ${finishReason}]`);
    console.error(`cut off: finish_reason is ${finishReason}`);
  }
} catch (error) {
  process.exitCode = 1;
  // A cut within the stream reaches us as the HTTP library names it.
  if (error instanceof OpenAI.APIConnectionError || error.message === "terminated")
    console.error(`connection failed: ${error.cause?.cause?.code ?? error.cause?.message ?? error.message}`);
  else if (error instanceof OpenAI.APIError) { // a status, or an error event inside the stream
    const reason = String(error.error?.message ?? "no reason given").replaceAll(/\s+/g, " ");
    console.error(`error ${error.status ?? "event"} ${error.code ?? "unknown"}: ${reason}`);
  } else console.error(error.constructor === Error ? error.message : `unreadable answer: ${error}`);
}
// [END stream_robust]
