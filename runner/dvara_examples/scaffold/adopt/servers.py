"""Scripts that are servers: their port, and a request that makes them ask a model, guessed from their text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dvara_examples.scaffold.adopt import signs

_PORT_IN = re.compile(
    r"""\b(?:uvicorn\.run|app\.run|run_app)\([^)]*?\bport\s*=\s*(?P<keyword>[^,)\n]+(?:\([^)]*\))*)"""
    r"""|\b(?:Threading)?HTTPServer\(\s*\(\s*[^,]*,\s*(?P<pair>[^)\n]+)\)"""
    r"""|\bnew\s+InetSocketAddress\(\s*(?:"[^"]*"\s*,\s*)?(?P<socket>[^),\n]+)\)"""
    r"""|\.listen\(\s*(?:\{[^}]*?\bport\s*:\s*)?(?P<listen>[^,)}\n]+)"""
    r"""|\b(?:serve|Bun\.serve|Deno\.serve)\(\s*\{[^}]*?\bport\s*:\s*(?P<serve>[^,}\n]+)""",
    re.DOTALL,
)
_USUAL = ((re.compile(r"\buvicorn\.run\("), 8000), (re.compile(r"\bFlask\(.*\bapp\.run\(", re.DOTALL), 5000))
"""Where a server listens that names no port."""
_NUMBER = re.compile(r"(?<![\w.])(\d{2,5})(?![\w.])")
_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_NOT_BY_ITSELF = re.compile(r"\b(?:streamlit|gradio|chainlit)\b|\bSpringApplication\.run\(")

_PROGRAM = re.compile(r"^\s*(?:import|from)\s+(streamlit|chainlit)\b", re.MULTILINE)

_MADE_ALONE = (
    (re.compile(r"=\s*(?:FastAPI|Starlette|Litestar|Quart)\("), "uvicorn"),
    (re.compile(r"=\s*Flask\("), "flask"),
)
"""Applications that a program on the command line starts, as in ``uvicorn main:app``."""
_RUN = re.compile(r"\.(?:run|serve|run_app|serve_forever|listen)\(")

_ROUTE = re.compile(
    r"""@\w+\.(?P<verb>get|post|put)\(\s*["'](?P<decorated>/[^"']*)["']"""
    r"""|@\w+\.route\(\s*["'](?P<routed>/[^"']*)["'](?P<options>[^\n]*)"""
    r"""|\b(?:app|router|server|api)\.(?P<called>get|post|put)\(\s*["'`](?P<path>/[^"'`]*)["'`]"""
    r"""|createContext\(\s*"(?P<context>/[^"]*)\""""
    r"""|(?:\burl|\.path|\.pathname)\s*={2,3}\s*["'](?P<compared>/[^"']*)["']""",
)
_PLACEHOLDER = re.compile(r"[<{:]\w|\*")
"""A part of a path that stands for anything."""
_POSTS = re.compile(r"""\bdo_POST\b|["']POST["']""")
_READS_BODY = re.compile(
    r"\.get_json\(|\brequest\.(?:json|form)\b|\breq\.body\b|\.json\(\)|getRequestBody\(|rfile\.read\(|JSON\.parse\("
)
_TAKES_TEXT = re.compile(r"\bexpress\.text\(|\brfile\.read\(|\bgetRequestBody\(|\brequest\.(?:get_)?data\b|\breq\.text\(\)")
_TAKES_JSON = re.compile(
    r"\bjson\.loads?\(|\bJSON\.parse\(|\bget_json\(|\bexpress\.json\(|\bObjectMapper\b|\bGson\b|JSONObject\b"
)
_KEY = re.compile(
    r"""\b(?:body|data|payload|json|req|request|params|input|parsed|form)(?:\.json(?:\(\))?|\.body|\.get_json\([^)]*\))?"""
    r"""(?:\[\s*["'](\w+)["']\s*\]|\.get\(\s*["'](\w+)["'])"""
    r"""|\breq\.body\??\.(\w+)\b|\b(?:body|payload|data)\??\.(?!get\b|json\b|decode\b|on\b)(\w+)\b(?!\s*\()"""
)
_UNPACKED = re.compile(r"(?:const|let|var)\s*\{([^}]*)\}\s*=\s*(?:await\s+)?(?:req\.body|\w*\.?(?:req\.)?json\(\)|JSON\.parse)")
_QUERY = re.compile(r"""\brequest\.args(?:\.get\(|\[)\s*["'](\w+)|\breq\.query\??\.(\w+)|searchParams\.get\(\s*["'](\w+)""")
_HANDLER = re.compile(r"\bdef\s+\w+\((?P<arguments>[^)]*)\)")
_ARGUMENT = re.compile(r"(\w+)\s*:\s*([\w.\[\], |\"']+?)\s*(=[^,]*)?(?:,|$)")
_FIELD = re.compile(r"^[ \t]+(\w+)\s*:\s*([^=\n#]+?)\s*(=.*)?$", re.MULTILINE)
_ASKS_MODEL = re.compile(
    r"\.create\(|\.stream\(|\.parse\(|\b(?:generate|stream)(?:Text|Object)\(|\.a?invoke\(|\bfetch\(|\burlopen\(|\b(?:requests|httpx)\."
    r"|completion\(|chat/completions|\bHTTPConnection\(|\bnewHttpClient\(|\bHttpRequest\b"
)
_MOST_SENT = 3


@dataclass(frozen=True, slots=True)
class Server:
    """A script that serves at *port*, and gets the requests *send* there, each as the manifest has it."""

    port: int
    send: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Route:
    path: str
    method: str
    text: str
    body: Mapping[str, object] = field(default_factory=dict)
    query: tuple[str, ...] = ()
    plain: bool = False

    @property
    def as_sent(self) -> object:
        path = self.path + ("?" + "&".join(f"{name}=Hello" for name in self.query) if self.query else "")
        if self.method == "GET":
            return path
        more = {} if self.method == "POST" and (self.body or self.plain) else {"method": self.method}
        if self.plain:
            return {**more, "path": path, "headers": {"Content-Type": "text/plain"}, "body": "Hello"}
        return {**more, "path": path, **({"json": dict(self.body)} if self.body else {})}


def started_by(code: str) -> str:
    """Return the program that starts *code*, if the code does nothing by itself, or nothing."""
    found = _PROGRAM.search(code)
    return found[1] if found else ""


def left_to(code: str) -> str:
    """Return the program that serves what *code* only defines, or nothing."""
    return "" if _RUN.search(code) else next((program for sign, program in _MADE_ALONE if sign.search(code)), "")


def is_server(code: str) -> bool:
    """Tell whether *code* waits for requests."""
    return signs.SERVER.search(code) is not None


def server_in(code: str) -> Server | None:
    """Return the port of the server in *code* and what to send to it; None if one of these is unknown."""
    if _NOT_BY_ITSELF.search(code):
        return None
    port = _port(code)
    sent = tuple(route.as_sent for route in _to_ask(list(_routes(code))))
    return Server(port, sent) if port is not None and sent else None


def _port(code: str) -> int | None:
    for found in _PORT_IN.finditer(code):
        said = next(group for group in found.groups() if group).strip()
        number = _NUMBER.search(said)
        if number is None and _NAME.match(said):
            line = re.search(rf"\b{re.escape(said)}\b\s*(?::\s*\w+\s*)?[=:][^=\n][^\n]*", code)
            number = _NUMBER.search(line[0]) if line else None
        return int(number[1]) if number and 0 < int(number[1]) < _PORTS else None
    return next((port for sign, port in _USUAL if sign.search(code)), None)


_PORTS = 65_536


def _routes(code: str) -> Iterator[_Route]:
    """Yield the routes, each with the code up to the next one."""
    found = list(_ROUTE.finditer(code))
    posts = _POSTS.search(code) is not None
    for number, each in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(code)
        text = code[each.start() : end]
        path = next(each[name] for name in ("decorated", "routed", "path", "context", "compared") if each[name])
        verb = each["verb"] or each["called"]
        if each["routed"]:
            verb = "POST" if "POST" in each["options"] else "GET"
        method = (verb or ("POST" if posts else "GET")).upper()
        yield _read(path, method, text, code)
    if not found:
        yield _read("/", "POST" if posts else "GET", code, code)


def _read(path: str, method: str, text: str, code: str) -> _Route:
    """Return a route with the parts of a request that it reads."""
    if method == "GET":
        names = [name for groups in _QUERY.findall(text) for name in groups if name]
        names += [name for name, kind, default in _arguments(text) if kind == "str" and not default and f"{{{name}}}" not in path]
        return _Route(path, method, text, query=tuple(dict.fromkeys(names)))
    body: dict[str, object] = {}
    for name, kind, _ in _arguments(text):
        model = re.search(rf"^class {re.escape(kind)}\([^)]*\):\n((?:[ \t]+[^\n]*\n|\n)*)", code, re.MULTILINE)
        if model:
            body |= {key: _sample(key, said) for key, said, default in _FIELD.findall(model[1]) if not default}
        elif "Body(" in text and kind == "str":
            body[name] = _sample(name, kind)
    if not body and _READS_BODY.search(text):
        names = [name for groups in _KEY.findall(text) for name in groups if name]
        for unpacked in _UNPACKED.findall(text):
            names += [part.partition("=")[0].partition(":")[0].strip() for part in unpacked.split(",")]
        body = {name: _sample(name, "") for name in dict.fromkeys(names) if re.fullmatch(r"\w+", name)}
    takes_text = _TAKES_TEXT.search(code) is not None and not _TAKES_JSON.search(code)
    return _Route(path, method, text, body, plain=takes_text and not body)


def _arguments(text: str) -> list[tuple[str, str, str]]:
    """Return name, type and default of the parameters of the function below a decorator."""
    handler = _HANDLER.search(text)
    return _ARGUMENT.findall(handler["arguments"]) if handler else []


def _sample(name: str, kind: str) -> object:
    """Return a plausible value for a field of this name."""
    if name in ("messages", "history") or kind.startswith(("list", "List")):
        return [{"role": "user", "content": "Hello"}]
    if kind in ("int", "float"):
        return 1
    if kind == "bool" or name == "stream":
        return True
    return "gpt-4o" if name == "model" else "Hello"


def _to_ask(routes: list[_Route]) -> list[_Route]:
    """Return those of *routes* that ask a model by their text; if none does, those that accept input."""
    plain = [route for route in routes if not _PLACEHOLDER.search(route.path)]
    asking = [route for route in plain if _ASKS_MODEL.search(route.text)]
    chosen = asking or [route for route in plain if route.method != "GET"] or plain[:1]
    once = {(route.method, route.path): route for route in reversed(chosen)}
    return list(reversed(once.values()))[:_MOST_SENT]
