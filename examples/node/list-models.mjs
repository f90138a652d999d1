// Lists the models that the gateway serves.
// Run it: DVARA_API_KEY=gw_... node list-models.mjs

// [START list_models]
import OpenAI from "openai";

try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    logLevel: "off", // the catch below reports
  });
  const models = [];
  for await (const model of client.models.list({ timeout: 15_000 })) models.push(model.id);
  console.log(models.join("\n"));

  const wanted = process.env.DVARA_MODEL || "gpt-4o";
  if (!models.includes(wanted)) throw new Error(`the gateway does not list ${wanted}`); // a slow provider is left out
} catch (error) { // refused, cut, silent, a status of 400 or above, or no JSON
  console.log();
  console.error("failed: %j", error.message);
  process.exitCode = 1;
}
// [END list_models]
