"""Rewrites single headers of a complete head; every other byte of it stays."""

import re

_BLANK_LINE = re.compile(rb"\r?\n\Z")


def without_header(head: bytes, name: str) -> bytes:
    """Return *head* without any line of the header *name*, folded ones included."""
    return re.sub(rb"(?im)^%b[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*" % re.escape(name.encode()), b"", head)


def with_header(head: bytes, name: str, value: str) -> bytes:
    """Return *head* with exactly one line of the header *name*, after all others."""
    others = _BLANK_LINE.sub(b"", without_header(head, name), count=1)
    return others + f"{name}: {value}\r\n\r\n".encode("latin-1")
