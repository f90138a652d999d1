"""The notation of Python."""

import re
from collections.abc import Sequence

from dvara_examples.core.language import BODY, Language, concatenated, snake_case
from dvara_examples.toolchains._python.reading import READING


def _with_variables(prefix: str, quote: str, texts: Sequence[str], values: Sequence[str]) -> str | None:
    return None if "b" in prefix.lower() else concatenated(prefix, quote, texts, values)


PYTHON = Language(
    title="Python",
    fences=("python", "py", "python3", "py3", "ipython", "ipython3", "pyodide", "pyodide-python"),
    strings=re.compile(rf"#[^\n]*|(?P<prefix>\b[rRbBuUfF]{{1,2}}|)(?P<quote>\"\"\"|'''|\"|'){BODY}", re.DOTALL),
    reads='__import__("os").environ["{}"]',
    stem=snake_case,
    with_variables=_with_variables,
    reading=READING,
    image="python:3.10-slim",
)
