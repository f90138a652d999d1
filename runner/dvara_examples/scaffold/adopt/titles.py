"""Titles, ids and tags: from docstrings, READMEs and the names of files and folders."""

import re
from collections.abc import Mapping
from functools import cache
from itertools import takewhile
from pathlib import Path

from dvara_examples.toolchains import languages, load_toolchain

_SAY_NOTHING = frozenset(
    {
        *("node-js", "jbang", "deno", "bun"),
        *("src", "main", "examples", "example", "samples", "sample", "demos", "scripts", "tutorials", "cookbook", "cookbooks"),
    }
)
_LINES = re.compile(
    r"\A(?:\s*(?:#!|///)[^\n]*\n|\s*\n)*((?:\s*(?://|#)(?!\s*(?:DEPS|JAVA|SOURCES|FILES|REPOS|GAV|[A-Z_]+ )\b)[^\n]*\n)+)"
)
_METADATA = re.compile(r"^# /// \w+\s*$.*?^# ///\s*$\n?", re.MULTILINE | re.DOTALL)
_DIRECTIVES = re.compile(r"\A(?:(?:#!|///usr/bin/env)[^\n]*\n|//[A-Z_]{3,}\b[^\n]*\n|[ \t]*\n)+")
"""What stands before a title and is meant for programs: the shebang, and JBang's own lines."""
_CHATTER = re.compile(
    r"^\s*(?:usage|licen[sc]e|copyright|todo|note|gets api key|eslint|ts-|@|#!|type:|pylint|ruff|noqa|///|-\*-"
    r"|see also|prerequisites?\b|step \d|\d+[.)]\s|import(?:s|ing)?\b|set ?up\b|initiali[sz]e\b"
    r"|\S+\.(?:py|[mc]?[jt]sx?|java)\s*$)",
    re.IGNORECASE,
)
"""What a comment at the top begins with that is about something else, or about the next line alone."""
_BREAKS = re.compile(r"^\s*(?:[-*+•]\s|\d+[.)]\s|@\w|\S+:\s*$|[-=~#]{3,}|\w+:\s{2,}|<(?:p|ul|li|br|pre)\b|[$>] )", re.IGNORECASE)
"""A line that does not go on with the paragraph before it."""
_ENDS = re.compile(r"[.!?:]\s*$")
_SHOWS = re.compile(
    r"^(?:(?:this|an?|the) )?(?:(?:simple|small|short|basic|minimal) )?(?:example|script|sample|demo|program|file|code)s?"
    r"(?: that| which| is)? (?:demonstrat(?:es|ing|e)|show(?:s|ing|cases)?|illustrat(?:es|ing|e))(?: how to)? "
    r"|^(?:demonstrates|illustrates) ",
    re.IGNORECASE,
)
"""What says no more than that there is an example."""
_LEAST_CLAUSE = 20
_MOST_CHARS = 100
_PACKAGE = re.compile(r"src/main/java/(?:(?:com|org|net|io|dev|ai|de|uk|eu|app|me|co)/[^/]+/)?")
_TABLE_OR_LIST = re.compile(r"^\s*(?:\||[-*+]|\d+\.)")


def title_in(text: str, language: str) -> str:
    """Return the first sentence of the script *text* about itself, or nothing."""
    text = _DIRECTIVES.sub("", _METADATA.sub("", text))
    body = load_toolchain(language).spelling.reading.says(text)
    if not body.strip() and (lines := _LINES.match(text)):
        body = re.sub(r"^[ \t]*(?://+|#+)", "", lines[1], flags=re.MULTILINE)
    paragraph: list[str] = []
    for line in body.splitlines():
        if paragraph and (not line.strip() or _BREAKS.match(line)):
            break
        if line.strip() and not paragraph and _CHATTER.match(line):
            return ""
        if line.strip():
            paragraph.append(line)
            if len(paragraph) == 1 and _ENDS.search(line):
                break
    return _tidy(" ".join(paragraph))


def _tidy(line: str) -> str:
    """Return *line* as a title: one sentence, without its full stop."""
    plain = re.sub(r"<[^>]+>|`|(?<!\w)(?:\*{1,2}|_{1,2})(?=\w)|(?<=\w)(?:\*{1,2}|_{1,2})(?!\w)", "", " ".join(line.split()))
    plain = re.sub(r"\{@\w+\s+([^}]*)\}", r"\1", plain)
    sentence = re.split(r"(?<=[a-z)])[.:] ", plain)[0].rstrip(" .:,-—")
    shown = _SHOWS.sub("", sentence)
    sentence = shown[:1].upper() + shown[1:] if shown else sentence
    if len(sentence) <= _MOST_CHARS:
        return sentence
    clause = re.split(r", | — | - |; | \(", sentence)[0]
    if _LEAST_CLAUSE <= len(clause) <= _MOST_CHARS:
        return clause
    return f"{sentence[: _MOST_CHARS - 4].rpartition(' ')[0]} ..."


@cache
def _readme(folder: Path) -> str:
    for name in ("README.md", "readme.md", "Readme.md", "README.mdx"):
        try:
            return (folder / name).read_text("utf-8", errors="replace")[:200_000]
        except OSError:
            continue
    return ""


def title_in_readme(file: Path, root: Path) -> str:
    """Return what a README next to *file*, or above it up to *root*, says about it in a list or table; or nothing."""
    for folder in (file.parent, *file.parent.parents):
        for line in _readme(folder).splitlines():
            if file.name in line and _TABLE_OR_LIST.match(line):
                said = _beside(line, file.name)
                if said:
                    return said
        if folder == root:
            break
    return ""


def _beside(line: str, name: str) -> str:
    """Return what follows *name* in a row of a table or an item of a list."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line).replace("`", "").replace("**", "")
    if plain.lstrip().startswith("|"):
        cells = [cell.strip() for cell in plain.strip().strip("|").split("|")]
        after = next((i for i, cell in enumerate(cells) if name in cell), len(cells))
        texts = [cell for cell in cells[after + 1 :] if len(cell.split()) > 1]
        return _tidy(texts[0]) if texts else ""
    behind = plain.partition(name)[2].lstrip(" )")
    return _tidy(re.sub(r"^\s*[-—\u2013:]+\s*", "", behind)) if re.match(r"\s*[-—\u2013:]", behind) else ""


_ONE_WORD = (
    "OpenAI",
    "OpenAi",
    "GitHub",
    "LangChain",
    "LangGraph",
    "LlamaIndex",
    "LiteLLM",
    "OkHttp",
    "JavaScript",
    "TypeScript",
)
"""Names that are written with a capital inside, and are one word."""
_SPELLED = {
    "openai": "OpenAI",
    "github": "GitHub",
    "langchain": "LangChain",
    "langgraph": "LangGraph",
    "llamaindex": "LlamaIndex",
}
_SPELLED |= {"litellm": "LiteLLM", "okhttp": "OkHttp", "fastapi": "FastAPI", "azure": "Azure", "anthropic": "Anthropic"}
_SPELLED |= {
    name: name.upper()
    for name in ("ai", "api", "sdk", "mcp", "rag", "json", "http", "url", "tls", "llm", "id", "sse", "aws", "gpt")
}


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a name in any notation: snake_case, kebab-case, CamelCase."""
    for name in _ONE_WORD:
        text = text.replace(name, name.capitalize())
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", text)
    return tuple(word for word in re.split(r"[^a-z0-9]+", apart.lower()) if word)


def id_of(stem: str) -> str:
    """Return the words of a file's stem as an id."""
    return "-".join(words_of(stem)) or "script"


@cache
def _no_topics() -> frozenset[str]:
    """Return the names of folders that say what kind of files they hold, and in which language."""
    words = (word for name in languages() for word in (name, *load_toolchain(name).spelling.fences))
    return _SAY_NOTHING.union(words)


def topic_of(relative: str) -> tuple[str, ...]:
    """Return the folders on the way to *relative* that say what a script is about, and not in which language or package."""
    relative = _PACKAGE.sub("", relative)
    return tuple(part for part in relative.split("/")[:-1] if part.lower() not in _no_topics())


def tags_of(topic: tuple[str, ...]) -> tuple[str, ...]:
    """Return *topic* as tags."""
    named = ("-".join(words_of(re.sub(r"^\d+[-_. ]+(?=\D)", "", part))) for part in topic)
    return tuple(dict.fromkeys(tag for tag in named if tag and tag != "all"))


def named_after(titles: Mapping[str, str], example_id: str) -> tuple[str, bool]:
    """Return the common first words of all *titles*, else the first title, and whether it had to be made from the id."""
    said = [title for title in titles.values() if title]
    if said:
        columns = takewhile(lambda words: len(set(words)) == 1, zip(*(title.split() for title in said), strict=False))
        common = [words[0] for words in columns]
        return " ".join(common).rstrip(" .:,-\u2013\u2014") if len(common) > 1 else said[0], False
    words = " ".join(_SPELLED.get(word, word) for word in example_id.split("-"))
    return words[:1].upper() + words[1:], True
