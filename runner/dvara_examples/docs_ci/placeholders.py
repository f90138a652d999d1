"""What a page shows in the place of the gateway's address and the key, mapped to what a run has for them.

A page that is meant to be read shows ``"https://your-gateway.example/v1"`` where a script reads a variable. Inside a string, such
a text is replaced by an expression that reads the variable; line numbers stay. Comments and everything else stay as printed.
"""

import re
from collections.abc import Sequence

Pairs = Sequence[tuple[str, str]]
"""(text, variable) pairs, as the page declares them."""

_BODY = r"(?P<body>(?:\\.|(?!(?P=quote)).)*)(?P=quote)"
_STRINGS = {
    "python": re.compile(rf"#[^\n]*|(?P<prefix>\b[rRbBuUfF]{{1,2}}|)(?P<quote>\"\"\"|'''|\"|'){_BODY}", re.DOTALL),
    "node": re.compile(rf"//[^\n]*|/\*.*?\*/|(?P<prefix>)(?P<quote>[\"'`]){_BODY}", re.DOTALL),
    "java": re.compile(rf"//[^\n]*|/\*.*?\*/|(?P<prefix>)(?P<quote>\"\"\"|\"|'){_BODY}", re.DOTALL),
}
_READS = {
    "python": '__import__("os").environ["{}"]',
    "node": "process.env.{}",
    "java": 'System.getenv("{}")',
}


class Unmappable(ValueError):  # noqa: N818 - reads as the sentence it starts
    """A placeholder stands in a string that cannot be taken apart; *line* counts from 1 within the code."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"the placeholder {text!r} stands in a text block or in bytes; use a plain string")
        self.line = line


def renamed_variables(code: str, variables: Pairs) -> str:
    """Return *code* with each variable's name replaced by that of the one that it stands for."""
    names = dict(variables)
    if not names:
        return code
    word = re.compile(rf"(?<![A-Za-z0-9_])(?:{'|'.join(map(re.escape, names))})(?![A-Za-z0-9_])")
    return word.sub(lambda found: names[found[0]], code)


def mapped(code: str, language: str, pairs: Pairs) -> str:
    """Return *code* with the placeholders inside its strings replaced by what they stand for. Raises Unmappable."""
    if not any(text in code for text, _ in pairs):
        return code
    texts = sorted((text for text, _ in pairs), key=len, reverse=True)
    placeholder = re.compile("|".join(map(re.escape, texts)))
    reads = {text: _READS[language].format(variable) for text, variable in pairs}

    def replace(found: re.Match[str]) -> str:
        if found["quote"] is None or (hit := placeholder.search(found["body"])) is None:
            return found.group()
        prefix, quote, body = found["prefix"], found["quote"], found["body"]
        if quote == "`":
            return f"`{placeholder.sub(lambda one: '${' + reads[one.group()] + '}', body)}`"
        if (language == "java" and len(quote) == 3) or "b" in prefix.lower():
            raise Unmappable(code.count("\n", 0, found.start()) + 1, hit.group())
        between = [f"{prefix}{quote}{text}{quote}" if text else "" for text in placeholder.split(body)]
        values = [reads[one] for one in placeholder.findall(body)]
        terms = [term for pair in zip(between, [*values, ""], strict=True) for term in pair if term]
        return terms[0] if len(terms) == 1 else f"({' + '.join(terms)})"

    return _STRINGS[language].sub(replace, code)
