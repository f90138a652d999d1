// The loop of the first pages: it prints what comes, and asks nothing.
import { ChatOpenAI } from "@langchain/openai";

const configuration = { baseURL: process.env.DVARA_URL };
const model = new ChatOpenAI({ model: "gpt-4o", apiKey: process.env.DVARA_API_KEY, configuration });
for await (const chunk of await model.stream("Say hello.")) process.stdout.write(chunk.content);
