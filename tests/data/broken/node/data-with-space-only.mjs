// Defect: only "data: " with a space is taken for data. DVARA sends none, so nothing at all is printed.
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
    if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
    process.stdout.write(JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? "");
  }
}
console.log();
