// Asks once and prints the whole answer.
// Run it: DVARA_API_KEY=gw_... node chat-basic.mjs

// [START chat_basic]
import OpenAI from "openai";

try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    logLevel: "off", // the catch below reports
  });
  const completion = await client.chat.completions.create({
    model: process.env.DVARA_MODEL || "gpt-4o",
    messages: [{ role: "user", content: "Say in one sentence what an LLM gateway does." }],
  }, { signal: AbortSignal.timeout(20_000) }); // in all; the SDK's own time-out ends with the head

  const choice = completion.choices[0];
  console.log(choice.message.content ?? "");
  if (!choice.finish_reason) throw new Error("the answer has no finish_reason");
  if (choice.finish_reason !== "stop") console.log(`[the answer ended early: ${choice.finish_reason}]`);
} catch (error) { // refused, cut, silent, a status of 400 or above, or no JSON
  console.error("failed: %j", error.message);
  process.exitCode = 1;
}
// [END chat_basic]
