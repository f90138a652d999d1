"""What one behaviour is called in each language, and a template's text with another name in it."""

import re

from dvara_examples.core.errors import SelectionError
from dvara_examples.core.values import InvalidValue
from dvara_examples.manifest.fields import RESERVED_ID, WORD
from dvara_examples.toolchains import languages, load_toolchain

_WORD_BORDER = r"(?<![A-Za-z0-9_-]){}(?![A-Za-z0-9_-])"


def checked_id(text: str) -> str:
    """Return *text* as an id. Raises SelectionError with the nearest text that would be one."""
    try:
        word = WORD.parse(text)
    except InvalidValue as error:
        near = "-".join(re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text).lower()))
        hint = f"try {near!r}" if near and near != RESERVED_ID else ""
        raise SelectionError(error.cause, hint) from None
    if word == RESERVED_ID:
        raise SelectionError(f"{word!r} cannot be an id, because it selects every example", "choose another word")
    return word


def stem_for(language: str, example_id: str) -> str:
    """Return the name of the script, without its ending, as the language's people write it."""
    return load_toolchain(language).spelling.stem(example_id.split("-"))


def renamed(text: str, old_stem: str, new_id: str) -> str:
    """Return *text*, the script called *old_stem*, with its name in every spelling exchanged for that of *new_id*."""
    old = "-".join(re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", old_stem)).lower()
    for language in languages():
        spelt = re.compile(_WORD_BORDER.format(re.escape(stem_for(language, old))))
        text = spelt.sub(stem_for(language, new_id), text)
    return text
