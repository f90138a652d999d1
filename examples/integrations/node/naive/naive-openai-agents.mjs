// The loop of the first pages: it prints what comes, and asks nothing.
import { Agent, OpenAIChatCompletionsModel, run, setTracingDisabled } from "@openai/agents";
import OpenAI from "openai";

setTracingDisabled(true);
const client = new OpenAI({ baseURL: process.env.DVARA_URL, apiKey: process.env.DVARA_API_KEY });
const agent = new Agent({ name: "Storyteller", model: new OpenAIChatCompletionsModel(client, "gpt-4o") });
const result = await run(agent, "Say hello.", { stream: true });
result.toTextStream({ compatibleWithNodeStreams: true }).pipe(process.stdout);
await result.completed;
