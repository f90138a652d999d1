// Compares texts by their embeddings.
// Run it: DVARA_API_KEY=gw_... node embeddings.mjs

// [START embeddings]
import OpenAI from "openai";

try {
  if (!process.env.DVARA_API_KEY) throw new Error("DVARA_API_KEY is not set");
  const client = new OpenAI({
    baseURL: process.env.DVARA_URL || "http://localhost:8080/v1",
    apiKey: process.env.DVARA_API_KEY,
    logLevel: "off", // the catch below reports
  });
  const texts = ["a gateway for models", "a gateway for models", "a cat on a mat"];
  const response = await client.embeddings.create({
    model: process.env.DVARA_MODEL || "text-embedding-3-small",
    input: texts,
    encoding_format: "float", // the SDK asks for base64 otherwise, which DVARA refuses
  }, { timeout: 15_000 });

  const vectors = response.data.sort((a, b) => a.index - b.index).map((item) => item.embedding);
  if (vectors.length !== texts.length) throw new Error(`incomplete: ${vectors.length} vectors for ${texts.length} texts`);
  for (const at of [1, 2]) {
    const product = vectors[at].reduce((sum, number, index) => sum + number * vectors[0][index], 0);
    console.log(product.toFixed(2), texts[at]);
  }
} catch (error) { // refused, cut, silent, a status of 400 or above, or no JSON
  console.log();
  console.error("failed: %j", error.message);
  process.exitCode = 1;
}
// [END embeddings]
