"""Finds the ends of tags and expressions in MDX without understanding them: brackets, strings, templates and comments only."""

import re

_CLOSING = {"{": "}", "(": ")", "[": "]"}
_TAG = re.compile(r"</?\s*(?:[A-Za-z_$][\w$.:-]*)?")
_NEXT = re.compile(r"[^\"'`{}()\[\]/]+")


def expression_end(text: str, start: int) -> int | None:
    """Return the index after the expression in braces that begins at *start*, or None if it has no end."""
    return _walk(text, start + 1, "}")


def tag_end(text: str, start: int) -> int | None:
    """Return the index after the tag that begins at *start*, or None if it is not a complete tag."""
    name = _TAG.match(text, start)
    if name is None or text[name.end() : name.end() + 1] not in (" ", "\t", "\n", ">", "/", "{"):
        return None
    at = name.end()
    while at < len(text):
        char = text[at]
        if char == ">":
            return at + 1
        if char == "<":
            return None
        found = expression_end(text, at) if char == "{" else _attribute_end(text, at)
        if found is None:
            return None
        at = found
    return None


def balanced(text: str) -> bool:
    """Tell whether all brackets, strings and comments of some JavaScript are closed."""
    return _walk(text, 0, "") is not None


def _attribute_end(text: str, at: int) -> int | None:
    if text[at] not in "\"'":
        return at + 1
    end = text.find(text[at], at + 1)
    return end + 1 if end >= 0 else None


def _walk(text: str, at: int, closing: str) -> int | None:
    """Return the index after the bracket *closing*, or without one the end of *text*; None if something stays open."""
    while at < len(text):
        if plain := _NEXT.match(text, at):
            at = plain.end()
            continue
        char = text[at]
        found: int | None
        if char == closing:
            return at + 1
        if char in _CLOSING:
            found = _walk(text, at + 1, _CLOSING[char])
        elif char in "})]":
            return None
        elif char == "`":
            found = _template_end(text, at + 1)
        elif char in "\"'":
            found = _string_end(text, at)
        else:
            found = _comment_end(text, at)
        if found is None:
            return None
        at = found
    return None if closing else at


def _string_end(text: str, start: int) -> int | None:
    """Return the index after a string; a quote without an end on its line is text between tags, not a string."""
    at = start + 1
    while at < len(text) and text[at] != "\n":
        if text[at] == text[start]:
            return at + 1
        at += 2 if text[at] == "\\" else 1
    return start + 1


def _template_end(text: str, at: int) -> int | None:
    while at < len(text):
        if text[at] == "`":
            return at + 1
        if text.startswith("${", at):
            found = _walk(text, at + 2, "}")
            if found is None:
                return None
            at = found
        else:
            at += 2 if text[at] == "\\" else 1
    return None


def _comment_end(text: str, at: int) -> int | None:
    """Return the index after a comment, or after the slash if no comment begins there."""
    if text.startswith("/*", at):
        end = text.find("*/", at + 2)
        return end + 2 if end >= 0 else None
    if text.startswith("//", at):
        end = text.find("\n", at)
        return end if end >= 0 else len(text)
    return at + 1
