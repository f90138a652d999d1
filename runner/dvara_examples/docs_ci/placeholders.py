"""What a page shows instead of the gateway's address and key, and what a run uses for them.

A page for readers shows ``"https://your-gateway.example/v1"`` where a script reads a variable. Inside a string, such a text
is replaced by an expression that reads the variable; line numbers, comments and everything else stay the same.
"""

import re
from collections.abc import Sequence

from dvara_examples.core.errors import Diagnosed
from dvara_examples.toolchains import load_toolchain

Pairs = Sequence[tuple[str, str]]
"""(text, variable) pairs, as the page declares them."""


class Unmappable(Diagnosed):
    """A placeholder is in a string that cannot be split; *line* counts from 1 within the code."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"the placeholder {text!r} is inside a text block or bytes", "use a plain string")
        self.line = line


def renamed_variables(code: str, variables: Pairs) -> str:
    """Return *code* with the name of each variable replaced by the one that it stands for."""
    names = dict(variables)
    if not names:
        return code
    word = re.compile(rf"(?<![A-Za-z0-9_])(?:{'|'.join(map(re.escape, names))})(?![A-Za-z0-9_])")
    return word.sub(lambda found: names[found[0]], code)


def mapped(code: str, language: str, pairs: Pairs) -> str:
    """Return *code* with the placeholders inside its strings replaced by what they stand for. Raises Unmappable."""
    if not any(text in code for text, _ in pairs):
        return code
    spelling = load_toolchain(language).spelling
    texts = sorted((text for text, _ in pairs), key=len, reverse=True)
    placeholder = re.compile("|".join(map(re.escape, texts)))
    reads = {text: spelling.reads.format(variable) for text, variable in pairs}

    def replace(found: re.Match[str]) -> str:
        if found["quote"] is None or (hit := placeholder.search(found["body"])) is None:
            return found.group()
        values = [reads[one] for one in placeholder.findall(found["body"])]
        written = spelling.with_variables(found["prefix"], found["quote"], placeholder.split(found["body"]), values)
        if written is None:
            raise Unmappable(code.count("\n", 0, found.start()) + 1, hit.group())
        return written

    return spelling.strings.sub(replace, code)
