// Defect: the status is never looked at, so a refused key gives a blank line and exit code 0.
const response = await fetch(`${process.env.DVARA_URL}/chat/completions`, {
  method: "POST",
  headers: { Authorization: `Bearer ${process.env.DVARA_API_KEY}`, "Content-Type": "application/json" },
  body: JSON.stringify({ model: "gpt-4o", stream: true, messages: [{ role: "user", content: "Hello!" }] }),
});

let rest = "";
for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop();
  for (const line of lines) {
    if (!line.startsWith("data:") || line.endsWith("[DONE]")) continue;
    process.stdout.write(JSON.parse(line.slice(5)).choices[0]?.delta?.content ?? "");
  }
}
console.log();
