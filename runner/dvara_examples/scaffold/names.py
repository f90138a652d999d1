"""What one behaviour is called in each language, and a template's text with another name in it."""

import re

from dvara_examples.core.errors import SelectionError
from dvara_examples.core.values import InvalidValue
from dvara_examples.manifest.fields import RESERVED_ID, parse_word

_WORD_BORDER = r"(?<![A-Za-z0-9_-]){}(?![A-Za-z0-9_-])"


def checked_id(text: str) -> str:
    """Return *text* as an id. Raises SelectionError with the nearest text that would be one."""
    try:
        word = parse_word(text)
    except InvalidValue as error:
        near = "-".join(re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text).lower()))
        hint = f"; {near!r} would do" if near and near != RESERVED_ID else ""
        raise SelectionError(f"{text!r} cannot be an id: {error.accepted}{hint}") from None
    if word == RESERVED_ID:
        raise SelectionError(f"{word!r} cannot be an id, as it selects every example; choose another word")
    return word


def stem_for(language: str, example_id: str) -> str:
    """Return the name of the script, without its ending, as the language's people write it."""
    words = example_id.split("-")
    if language == "python":
        return "_".join(words)
    if language != "java":
        return "-".join(words)
    name = "".join(word.capitalize() for word in words)
    return f"Example{name}" if name[0].isdigit() else name


def renamed(text: str, old_stem: str, new_id: str) -> str:
    """Return *text*, the script called *old_stem*, with its name in every spelling exchanged for that of *new_id*."""
    old = "-".join(re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", old_stem)).lower()
    for language in ("python", "node", "java"):
        spelt = re.compile(_WORD_BORDER.format(re.escape(stem_for(language, old))))
        text = spelt.sub(stem_for(language, new_id), text)
    return text


def java_class_fits(name: str, text: str) -> bool:
    """Tell whether a class may be called *name* in *text*: not like a class that the script uses."""
    return not re.search(rf"\b{re.escape(name)}\b", text)
