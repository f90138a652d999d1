// Asks models of several providers through one client; the gateway finds the provider by the name of the model.
// Run it: DVARA_API_KEY=gw_... node multi-provider.mjs

// [START multi_provider]
import OpenAI from "openai";

const models = (process.env.DVARA_MODELS || "gpt-4o claude-sonnet-4-5 gemini-2.5-flash").split(" ");
for (const model of models) {
  try {
    if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
    const client = new OpenAI({
      baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
      apiKey: process.env.DVARA_API_KEY,
      logLevel: "off", // the catch below reports
    });
    const { choices: [choice] } = await client.chat.completions.create({
      model,
      messages: [{ role: "user", content: "Say in one sentence what an LLM gateway does." }],
    }, { timeout: 15_000 });
    if (choice.finish_reason !== "stop") throw new Error(`finish_reason is ${choice.finish_reason}`);
    console.log(`${model}: ${choice.message.content}`);
  } catch (error) { // one provider that fails does not concern the others
    console.error("%s failed: %j", model, error.message);
    process.exitCode = 1;
  }
}
// [END multi_provider]
