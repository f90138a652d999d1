// Shows an answer that governance withholds: a graceful end with a notice, and no retry.
// The same prompt would meet the same refusal again, at a price.
// Run it: DVARA_API_KEY=gw_... node stream-content-filter.mjs

// [START stream_content_filter]
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
    messages: [{ role: "user", content: "Invent an e-mail address for Jane Doe." }],
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

  if (finishReason === "content_filter") console.log("[answer withheld by content filter]"); // it does not say why
  else if (finishReason && finishReason !== "stop") {
    console.log(`[answer cut off: ${finishReason}]`);
    console.error(`cut off: finish_reason is ${finishReason}`);
  } else if (!finishReason && stream.controller.signal.aborted) throw new OpenAI.APIConnectionTimeoutError();
  else if (!finishReason) throw new Error("incomplete: the stream ended without a finish_reason");
} catch (error) {
  process.exitCode = 1;
  if (error instanceof OpenAI.APIConnectionError || /^(terminated|aborted|read ECONNRESET|Premature close)$/.test(error.message))
    console.error(`connection failed: ${error.cause?.cause?.code ?? error.cause?.message ?? error.message}`); // refused, cut, silent
  else if (error instanceof OpenAI.APIError) { // a status, or an error event inside the stream
    const reason = error.error?.message ?? "no reason given";
    console.error(`error ${error.status ?? "event"} ${error.code ?? "unknown"}: ${reason}`);
  } else console.error(error.constructor === Error ? error.message : `unreadable answer: ${error}`);
}
// [END stream_content_filter]
