// Streams an answer with the OpenAI Agents SDK, and knows whether it is whole.
// Run it: DVARA_API_KEY=gw_... node stream-openai-agents.mjs

// [START stream_openai_agents]
import { Agent, OpenAIChatCompletionsModel, run, setTracingDisabled } from "@openai/agents";
import OpenAI from "openai";

setTracingDisabled(true);
let finishReason;
try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    logLevel: "off",
  });
  const model = new OpenAIChatCompletionsModel(client, process.env.DVARA_MODEL || "gpt-4o");
  const agent = new Agent({ name: "Teller", model });
  const signal = AbortSignal.timeout(20_000); // without maxTurns, an empty answer is asked for ten times
  const result = await run(agent, "Say in one sentence what an LLM gateway does.", { stream: true, maxTurns: 1, signal });
  for await (const { type, data } of result) {
    if (type !== "raw_model_stream_event") continue;
    if (data.type === "output_text_delta") process.stdout.write(data.delta);
    if (data.type !== "model") continue; // the gateway's own chunk: no result holds its finish reason
    for (const choice of data.event.choices ?? []) finishReason = choice.finish_reason ?? finishReason;
  }
  await result.completed;
  if (finishReason !== "stop") throw new Error(`incomplete: finish_reason is ${finishReason}`);
  console.log();
} catch (error) { // refused, cut, silent, or an error event
  console.error("\nfailed: %s", error.message);
  process.exitCode = 1;
}
// [END stream_openai_agents]
