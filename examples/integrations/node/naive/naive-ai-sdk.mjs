// The loop of the first pages: it prints what comes, and asks nothing.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { streamText } from "ai";

const dvara = createOpenAICompatible({ name: "dvara", baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const { textStream } = streamText({ model: dvara("gpt-4o"), prompt: "Say hello." });
for await (const text of textStream) process.stdout.write(text);
