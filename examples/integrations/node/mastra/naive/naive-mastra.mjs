// The loop of the first pages: it prints what comes, and asks nothing.
import { Agent } from "@mastra/core/agent";

const model = { id: "dvara/gpt-4o", url: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY };
const agent = new Agent({ id: "greeter", name: "Greeter", instructions: "You greet people.", model });
const stream = await agent.stream("Say hello.");
for await (const text of stream.textStream) process.stdout.write(text);
