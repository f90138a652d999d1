// Streams an answer with the AI SDK and its OpenAI provider, and knows whether it is whole.
// Run it: DVARA_API_KEY=gw_... node stream-ai-sdk-openai.mjs

// [START stream_ai_sdk_openai]
import { createOpenAI } from "@ai-sdk/openai";
import { streamText } from "ai";

let finishReason;
try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const dvara = createOpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
  });
  const { fullStream } = streamText({
    model: dvara.chat(process.env.DVARA_MODEL || "gpt-4o"), // without .chat it posts to /responses
    prompt: "Say in one sentence what an LLM gateway does.",
    abortSignal: AbortSignal.timeout(20_000),
    onError() {}, // the loop reports
  });
  for await (const part of fullStream) { // textStream ends normally on a 401, an error event and a time-out
    if (part.type === "text-delta") process.stdout.write(part.text);
    if (part.type === "error") throw part.error;
    if (part.type === "abort") throw new Error("the time is up");
    if (part.type === "finish") finishReason = part.finishReason;
  }
  if (finishReason !== "stop") throw new Error(`incomplete: finishReason is ${finishReason}`);
  console.log();
} catch (error) { // refused, cut, silent, or an error event
  console.error("\nfailed: %s", error.message);
  process.exitCode = 1;
}
// [END stream_ai_sdk_openai]
