// The loop of the first pages: it prints what comes, and asks nothing.
import { createOpenAI } from "@ai-sdk/openai";
import { streamText } from "ai";

const dvara = createOpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const { textStream } = streamText({ model: dvara.chat("gpt-4o"), prompt: "Say hello." });
for await (const text of textStream) process.stdout.write(text);
