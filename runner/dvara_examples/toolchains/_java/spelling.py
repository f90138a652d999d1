"""The notation of Java: files are named like their classes, and JBang's directives are at the top of a script."""

import re
from collections.abc import Sequence

from dvara_examples.core.language import BODY, Language, concatenated
from dvara_examples.toolchains._java.reading import READING

_CLASS = re.compile(r"^\s*(?:public\s+|final\s+)*(?:class|record|enum|interface)\s+(?P<name>\w+)", re.MULTILINE)
_PUBLIC = re.compile(r"^\s*public\s+(?:final\s+)?(?:class|record|enum|interface)\s+(?P<name>\w+)", re.MULTILINE)
_HEADER = re.compile(r"///usr/bin/env jbang|//[A-Z_]+(?:\s|$)")
_TEXT_BLOCK = '"""'


def _stem(words: Sequence[str]) -> str:
    name = "".join(word.capitalize() for word in words)
    return f"Example{name}" if name[0].isdigit() else name


def _with_variables(prefix: str, quote: str, texts: Sequence[str], values: Sequence[str]) -> str | None:
    return None if quote == _TEXT_BLOCK else concatenated(prefix, quote, texts, values)


def _clashes(stem: str, text: str) -> bool:
    """Say whether a class called *stem* would hide one that *text* uses."""
    return re.search(rf"\b{re.escape(stem)}\b", text) is not None


def _named(code: str, usual: str) -> str:
    found = _PUBLIC.search(code) or _CLASS.search(code)
    return f"{found['name']}.java" if found else usual


def _completed(code: str, script: str) -> str:
    """Return *code* with the directives of *script* if it has none."""
    if any(_HEADER.match(line) for line in code.splitlines()):
        return code
    header = [line for line in re.split(r"\r\n|\r|\n", script) if _HEADER.match(line)]
    return "".join(f"{line}\n" for line in header) + code


JAVA = Language(
    title="Java",
    fences=("java",),
    strings=re.compile(rf"//[^\n]*|/\*.*?\*/|(?P<prefix>)(?P<quote>\"\"\"|\"|'){BODY}", re.DOTALL),
    reads='System.getenv("{}")',
    stem=_stem,
    with_variables=_with_variables,
    clashes=_clashes,
    named=_named,
    completed=_completed,
    comment="//",
    reading=READING,
    image="eclipse-temurin:21",
)
