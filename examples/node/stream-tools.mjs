// Streams a tool call, runs the tool, and streams the answer made from its result.
// Run it: DVARA_API_KEY=gw_... node stream-tools.mjs

// [START stream_tools]
import OpenAI from "openai";
let finishReason;
try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const baseURL = process.env.DVARA_URL || "http://localhost:8080/v1";
  const client = new OpenAI({ baseURL, apiKey: process.env.DVARA_API_KEY, logLevel: "off" }); // the catch below reports
  const weather = { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } };
  const messages = [{ role: "user", content: "What is the weather in Lima?" }];
  do {
    const calls = [];
    finishReason = null;
    const stream = await client.chat.completions.create({
      model: process.env.DVARA_MODEL || "gpt-4o", messages, tools: [{ type: "function", function: weather }], stream: true,
    }, { signal: AbortSignal.timeout(20_000) });
    for await (const { choices: [choice] } of stream) {
      process.stdout.write(choice?.delta.content ?? "");
      finishReason = choice?.finish_reason ?? finishReason;
      for (const part of choice?.delta.tool_calls ?? []) { // id and name come first, then the arguments in pieces
        calls[part.index] ??= { ...part, function: { name: part.function.name, arguments: "" } };
        calls[part.index].function.arguments += part.function.arguments ?? "";
      }
    }
    if (finishReason === "tool_calls") messages.push({ role: "assistant", tool_calls: calls }, ...calls.map((call) => ({
      role: "tool", tool_call_id: call.id, content: `${JSON.parse(call.function.arguments).city}: 19 °C, cloudy`,
    }))); // only now are the arguments whole
  } while (finishReason === "tool_calls");
  if (finishReason !== "stop") throw new Error(`incomplete: finish_reason is ${finishReason}`);
  console.log();
} catch (error) { // refused, cut, an error event, or no JSON
  console.log();
  console.error("failed: %j", error.message);
  process.exitCode = 1;
}
// [END stream_tools]
