"""Scripts that are servers: where they listen, and what is sent to them, told from their text."""

from pathlib import Path

import pytest

from dvara_examples.scaffold.adopt.script import survey_script
from dvara_examples.scaffold.adopt.servers import Server, server_in
from dvara_examples.scaffold.script_lines import addresses

FLASK = """from flask import Flask, request
app = Flask(__name__)
@app.route("/health")
def health():
    return "ok"
@app.route("/chat", methods=["POST"])
def chat():
    data = request.get_json()
    return client.chat.completions.create(model="gpt-4o", messages=data["messages"], user=data.get("name"))
if __name__ == "__main__":
    app.run(PORT)
"""
FASTAPI = """class Question(BaseModel):
    text: str
    times: int
    loud: bool = False

PORT = int(os.environ.get("PORT", "8123"))
app = FastAPI()
@app.get("/")
def home(): return {}
@app.post("/ask")
async def ask(question: Question) -> dict:
    return await client.chat.completions.create(model="gpt-4o", messages=[])
uvicorn.run(app, host="0.0.0.0", port=PORT)
"""
HTTP_SERVER = """class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        if self.path == "/chat":
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            urlopen(Request(URL, json.dumps({"messages": body["messages"]})))
ThreadingHTTPServer(("", 8765), Handler).serve_forever()
"""
EXPRESS = """const port = process.env.PORT || 3000;
app.get('/', (req, res) => res.send('hello'));
app.post("/api/chat", async (req, res) => {
  const { message, stream = false } = req.body;
  await client.chat.completions.create({ model: "gpt-4o", messages: [{ role: "user", content: message }] });
});
app.listen(port, () => console.log(`at ${port}`));
"""
NODE_HTTP = """const server = http.createServer(async (req, res) => {
  if (req.url === "/ask" && req.method === "POST") {
    const body = JSON.parse(await text(req));
    await fetch(url, { body: JSON.stringify({ prompt: body.prompt }) });
  }
});
server.listen({ port: 8090, host: "127.0.0.1" });
"""
JAVA = """HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 8077), 0);
server.createContext("/health", exchange -> answer(exchange, "ok"));
server.createContext("/chat", exchange -> {
    if (!"POST".equals(exchange.getRequestMethod())) return;
    HttpRequest request = HttpRequest.newBuilder(uri).build();
});
server.start();
"""
QUERY = """@app.get("/ask")
def ask(question: str, limit: int = 3):
    return client.chat.completions.create(model="gpt-4o")
uvicorn.run(app)
"""
TEXT = """app.use(express.text());
const handle = async (req, res) => client.chat.completions.create({ messages: [{ role: "user", content: req.body }] });
app.post("/", (req, res) => handle(req, res));
app.listen(3000, host);
"""
MESSAGES = [{"role": "user", "content": "Hello"}]


@pytest.mark.parametrize(
    ("code", "server"),
    [
        (FLASK.replace("PORT", "port=5050"), Server(5050, ({"path": "/chat", "json": {"messages": MESSAGES, "name": "Hello"}},))),
        (
            FLASK.replace("PORT", "debug=True"),
            Server(5000, ({"path": "/chat", "json": {"messages": MESSAGES, "name": "Hello"}},)),
        ),
        (FASTAPI, Server(8123, ({"path": "/ask", "json": {"text": "Hello", "times": 1}},))),
        (HTTP_SERVER, Server(8765, ({"path": "/chat", "json": {"messages": MESSAGES}},))),
        (EXPRESS, Server(3000, ({"path": "/api/chat", "json": {"message": "Hello", "stream": True}},))),
        (NODE_HTTP, Server(8090, ({"path": "/ask", "json": {"prompt": "Hello"}},))),
        (JAVA, Server(8077, ({"method": "POST", "path": "/chat"},))),
        (QUERY, Server(8000, ("/ask?question=Hello",))),
        (TEXT, Server(3000, ({"path": "/", "headers": {"Content-Type": "text/plain"}, "body": "Hello"},))),
    ],
    ids=(
        "Flask",
        "Flask without a port",
        "FastAPI",
        "http.server",
        "Express",
        "node:http",
        "HttpServer",
        "a query",
        "plain text",
    ),
)
def test_where_it_listens_and_what_makes_it_ask(code: str, server: Server) -> None:
    """The port is that of the call or of the variable in it; what asks a model is sent what it reads."""
    assert server_in(code) == server


@pytest.mark.parametrize(
    "code",
    [
        FASTAPI.partition("uvicorn")[0],
        EXPRESS.replace("process.env.PORT || 3000", "config.port"),
        "import streamlit as st\nst.title('Chat')\n",
        '@app.post("/chat/<name>")\ndef chat(name): ...\napp.run(port=80)\n',
    ],
    ids=("started by another program", "a port that is nowhere", "Streamlit", "a path with a variable"),
)
def test_what_is_not_guessed(code: str) -> None:
    """Without a port, or without a path that can be asked, nothing is said."""
    assert server_in(code) is None


@pytest.mark.parametrize(
    ("code", "program"),
    [
        (FASTAPI.partition("uvicorn")[0], "uvicorn"),
        (FLASK.partition("app.run")[0].partition("if __name__")[0], "flask"),
    ],
)
def test_what_a_program_serves_is_left_out_with_its_name(tmp_path: Path, code: str, program: str) -> None:
    """An application alone does nothing: `uvicorn main:app` starts it."""
    file = tmp_path / "main.py"
    file.write_text(f"import openai\n{code}")
    found = survey_script(file, "main.py", "python")
    assert (found.left_out or found.skip) == f"is started by {program}, and not by itself"


def test_an_address_with_a_variable_in_it_is_nobody_elses(tmp_path: Path) -> None:
    """A server that prints where it listens does not ask there, and a port that is not told is not 80."""
    file = tmp_path / "server.js"
    said = "app.listen(PORT, () => console.log(`at http://localhost:${PORT}`));"
    file.write_text(f"const OpenAI = require('openai');\n{EXPRESS.partition('app.listen')[0]}\nconst PORT = 3000;\n{said}\n")
    found = survey_script(file, "server.js", "node")
    assert (found.skip, found.port) == (None, None)
    assert [each.url for each in addresses('url = f"http://localhost:{PORT}/v1"\nurl = "http://localhost:8080/v1"')] == [
        "http://localhost:8080/v1"
    ]
