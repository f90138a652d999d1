// Asks again when the connection is lost: three attempts at most, 0.5 s and 1 s apart.
// A completion cannot be resumed, so the answer visibly starts again. A stream without a finish_reason counts as lost, too.
// Run it: DVARA_API_KEY=gw_... node stream-reconnect.mjs

// [START stream_reconnect]
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";

async function streamAnswer(prompt, attempt = 1) {
  let heard, finishReason;
  try {
    if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
    const client = new OpenAI({
      baseURL: process.env.DVARA_URL || "http://localhost:8080/v1", apiKey: process.env.DVARA_API_KEY,
      timeout: 15_000, logLevel: "off", maxRetries: 0, // its own retries would make nine requests of three
    });
    const messages = [{ role: "user", content: prompt }];
    const stream = await client.chat.completions.create({ model: process.env.DVARA_MODEL || "gpt-4o", messages, stream: true });
    const hangUp = () => stream.controller.abort();
    const watchdog = setTimeout(hangUp, 15_000).unref(); // the SDK's own time-out ends with the head
    for await (const chunk of stream) {
      heard = watchdog.refresh();
      for (const choice of chunk.choices ?? []) { // a usage chunk has none
        process.stdout.write(choice.delta?.content ?? "");
        finishReason = choice.finish_reason ?? finishReason;
        if (finishReason) setTimeout(hangUp, 1_000).unref(); // some servers forget to
      }
    }
    const unfinished = "the stream ended without a finish_reason";
    if (!finishReason && stream.controller.signal.aborted) throw new OpenAI.APIConnectionTimeoutError();
    if (!finishReason && heard) throw new OpenAI.APIConnectionError({ message: unfinished });
    if (!finishReason) throw new Error(`incomplete: ${unfinished}`);
    console.log();
    return finishReason;
  } catch (error) {
    console.log();
    const lost = error instanceof OpenAI.APIConnectionError || /^(terminated|aborted|read ECONNRESET|Premature close)$/.test(error.message);
    if (lost && finishReason) return finishReason; // the answer is whole
    if (lost && attempt < 3) {
      console.log("[connection lost, the answer starts again]");
      await sleep(250 * 2 ** attempt);
      return streamAnswer(prompt, attempt + 1);
    }
    process.exitCode = 1;
    if (lost) console.error(`connection failed: ${error.cause?.cause?.code ?? error.cause?.message ?? error.message}`);
    else if (error instanceof OpenAI.APIError) // a status, or an error event inside the stream: both are final
      console.error(`error ${error.status ?? "event"} ${error.code ?? "unknown"}: ${error.error?.message ?? "no reason given"}`);
    else console.error(error.constructor === Error ? error.message : `unreadable answer: ${error}`);
  }
}

process.stdout.on("error", () => process.exit(1)); // nobody reads any more
const finishReason = await streamAnswer("Say in one sentence what an LLM gateway does.");
if (finishReason === "content_filter") console.log("[answer withheld by content filter]");
else if (finishReason && finishReason !== "stop") {
  console.log(`[answer cut off: ${finishReason}]`);
  console.error(`cut off: finish_reason is ${finishReason}`);
}
// [END stream_reconnect]
