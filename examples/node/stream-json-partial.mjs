// Shows each field of a JSON answer as soon as it is whole, while the rest still arrives.
// Run it: DVARA_API_KEY=gw_... node stream-json-partial.mjs

// [START stream_json_partial]
import OpenAI from "openai";
import { Allow, parse } from "partial-json";

const FIELDS = Object.fromEntries(["name", "city", "job", "hobby", "motto"].map((name) => [name, { type: "string" }]));
const PERSON = { type: "object", properties: FIELDS, required: Object.keys(FIELDS), additionalProperties: false };

try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    logLevel: "off", // the catch below reports
  });
  const stream = await client.chat.completions.create({
    model: process.env.DVARA_MODEL || "gpt-4o",
    messages: [{ role: "user", content: "Invent a person." }],
    response_format: { type: "json_schema", json_schema: { name: "person", strict: true, schema: PERSON } },
    stream: true,
  }, { signal: AbortSignal.timeout(20_000) }); // in all; the SDK's own time-out ends with the head

  let document = "", shown = 0, finishReason;
  for await (const chunk of stream) {
    for (const choice of chunk.choices) { // a usage chunk has none
      document += choice.delta.content ?? "";
      finishReason = choice.finish_reason ?? finishReason;
      const fields = Object.entries(parse(document.trim() || "{}", Allow.OBJ)); // leaves out what is not whole yet
      for (const [name, value] of fields.slice(shown)) console.log(`${name}: ${value}`);
      shown = fields.length;
    }
  }
  if (finishReason !== "stop" || shown < PERSON.required.length) throw new Error(`finish_reason is ${finishReason}`);
} catch (error) { // refused, cut, an error event, or no JSON
  console.error("failed: %j", error.message);
  process.exitCode = 1;
}
// [END stream_json_partial]
