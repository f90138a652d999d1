// Streams an answer that follows a JSON schema, and parses it once it is whole.
// Run it: DVARA_API_KEY=gw_... node stream-json-schema.mjs

// [START stream_json_schema]
import OpenAI from "openai";

const FIELDS = { name: { type: "string" }, age: { type: "integer" } };
const PERSON = { type: "object", properties: FIELDS, required: Object.keys(FIELDS), additionalProperties: false };

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
    messages: [{ role: "user", content: "Extract the person: John is 30 years old." }],
    response_format: { type: "json_schema", json_schema: { name: "person", strict: true, schema: PERSON } },
    stream: true,
  });

  const hangUp = () => stream.controller.abort();
  const watchdog = setTimeout(hangUp, 15_000).unref(); // the SDK's own time-out ends with the head
  let document = "", finishReason;
  for await (const chunk of stream) {
    watchdog.refresh();
    for (const choice of chunk.choices ?? []) { // a usage chunk has none
      document += choice.delta?.content ?? "";
      finishReason = choice.finish_reason ?? finishReason;
      if (finishReason) setTimeout(hangUp, 1_000).unref(); // some servers forget to
    }
  }

  if (!finishReason && stream.controller.signal.aborted) throw new OpenAI.APIConnectionTimeoutError();
  if (!finishReason) throw new Error("incomplete: the stream ended without a finish_reason");
  if (finishReason === "content_filter") console.log("[answer withheld by content filter]");
  else if (finishReason !== "stop") {
    console.log(`[answer cut off: ${finishReason}]`);
    throw new Error(`cut off: finish_reason is ${finishReason}`);
  } else {
    const person = JSON.parse(document);
    for (const field of PERSON.required) {
      if (!(field in person)) throw new TypeError(`no "${field}" in ${document}`);
      console.log(`${field}: ${person[field]}`);
    }
  }
} catch (error) {
  process.exitCode = 1;
  if (error instanceof OpenAI.APIConnectionError || /^(terminated|aborted|read ECONNRESET|Premature close)$/.test(error.message))
    console.error(`connection failed: ${error.cause?.cause?.code ?? error.cause?.message ?? error.message}`); // refused, cut, silent
  else if (error instanceof OpenAI.APIError) { // a status, or an error event inside the stream
    const reason = error.error?.message ?? "no reason given";
    console.error(`error ${error.status ?? "event"} ${error.code ?? "unknown"}: ${reason}`);
  } else console.error(error.constructor === Error ? error.message : `unreadable answer: ${error}`);
}
// [END stream_json_schema]
