// Asks once and prints the whole answer.
// Run it: DVARA_API_KEY=gw_... node chat-basic.mjs

// [START chat_basic]
import OpenAI from "openai";

const deadline = AbortSignal.timeout(25_000); // the SDK's own time-out ends with the head

try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    timeout: 15_000,
    logLevel: "off", // the catch below speaks
  });
  const messages = [{ role: "user", content: "Say in one sentence what an LLM gateway does." }];
  const model = process.env.DVARA_MODEL || "gpt-4o";
  const completion = await client.chat.completions.create({ model, messages }, { signal: deadline });

  const [choice] = completion?.choices ?? []; // a proxy's web page has none
  if (choice) console.log(choice.message?.content ?? "");
  if (!choice?.finish_reason) throw new Error("incomplete: the answer has no finish_reason");
  if (choice.finish_reason === "content_filter") console.log("[answer withheld by content filter]");
  else if (choice.finish_reason !== "stop") {
    console.log(`[answer cut off: ${choice.finish_reason}]`);
    console.error(`cut off: finish_reason is ${choice.finish_reason}`);
  }
} catch (error) {
  process.exitCode = 1;
  if (error instanceof OpenAI.APIConnectionError || error.message === "terminated" || deadline.aborted)
    console.error(`connection failed: ${error.cause?.cause?.code ?? error.cause?.message ?? error.message}`);
  else if (error instanceof OpenAI.APIError) { // a status of 400 or above
    const reason = error.error?.message ?? "no reason given";
    console.error(`error ${error.status} ${error.code ?? "unknown"}: ${reason}`);
  } else console.error(error.constructor === Error ? error.message : `unreadable answer: ${error}`);
}
// [END chat_basic]
