"""The notation of JavaScript and TypeScript."""

import re
from collections.abc import Sequence
from itertools import zip_longest

from dvara_examples.core.language import BODY, Language, concatenated
from dvara_examples.toolchains._node.reading import READING


def _with_variables(prefix: str, quote: str, texts: Sequence[str], values: Sequence[str]) -> str | None:
    if quote != "`":
        return concatenated(prefix, quote, texts, values)
    parts = [part for text, value in zip_longest(texts, values) for part in (text, f"${{{value}}}" if value else "")]
    return f"`{''.join(parts)}`"


NODE = Language(
    title="Node.js",
    fences=("javascript", "js", "mjs", "cjs", "typescript", "ts", "mts", "node", "nodejs"),
    strings=re.compile(rf"//[^\n]*|/\*.*?\*/|(?P<prefix>)(?P<quote>[\"'`]){BODY}", re.DOTALL),
    reads="process.env.{}",
    with_variables=_with_variables,
    comment="//",
    reading=READING,
    image="node:18",
    typed=lambda word: ".mts" if word in ("typescript", "ts", "mts") else "",
)
