// Streams an answer that follows a JSON schema, and parses it once it is whole.
// Run it: DVARA_API_KEY=gw_... node stream-json-schema.mjs

// [START stream_json_schema]
import OpenAI from "openai";

const FIELDS = { name: { type: "string" }, age: { type: "integer" } };
const PERSON = { type: "object", properties: FIELDS, required: ["name", "age"], additionalProperties: false };

try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    logLevel: "off", // the catch below reports
  });
  const stream = await client.chat.completions.create({
    model: process.env.DVARA_MODEL || "gpt-4o",
    messages: [{ role: "user", content: "Extract the person: John is 30 years old." }],
    response_format: { type: "json_schema", json_schema: { name: "person", strict: true, schema: PERSON } },
    stream: true,
  }, { signal: AbortSignal.timeout(20_000) }); // in all; the SDK's own time-out ends with the head

  let document = "", finishReason;
  for await (const chunk of stream) {
    for (const choice of chunk.choices) { // a usage chunk has none
      document += choice.delta.content ?? "";
      finishReason = choice.finish_reason ?? finishReason;
    }
  }
  // Anything but "stop" leaves the document empty or in half.
  if (finishReason !== "stop") throw new Error(`no document: finish_reason is ${finishReason}`);
  const person = JSON.parse(document);
  if (!("name" in person && "age" in person)) throw new Error(`no name or no age in ${document}`);
  console.log(`name: ${person.name}\nage: ${person.age}`);
} catch (error) { // refused, cut, an error event, or no JSON
  console.error("failed: %j", error.message);
  process.exitCode = 1;
}
// [END stream_json_schema]
