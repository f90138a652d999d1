// Streams an answer with LangChain.js, and knows whether it is whole.
// Run it: DVARA_API_KEY=gw_... node stream-langchain.mjs

// [START stream_langchain]
import { ChatOpenAI } from "@langchain/openai";

let finishReason;
try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const model = new ChatOpenAI({
    configuration: { baseURL: process.env.DVARA_URL || "http://localhost:8080/v1" },
    apiKey: process.env.DVARA_API_KEY,
    model: process.env.DVARA_MODEL || "gpt-4o",
    maxRetries: 2, // 6 without it, over a minute and a half
  });
  const signal = AbortSignal.timeout(20_000); // in all; the option `timeout` ends with the head
  for await (const chunk of await model.stream("Say in one sentence what an LLM gateway does.", { signal })) {
    process.stdout.write(chunk.text);
    finishReason = chunk.response_metadata.finish_reason ?? finishReason;
  }
  if (finishReason !== "stop") throw new Error(`incomplete: finish_reason is ${finishReason}`);
  console.log();
} catch (error) { // refused, cut, silent, or an error event
  console.error("\nfailed: %s", error.message);
  process.exitCode = 1;
}
// [END stream_langchain]
