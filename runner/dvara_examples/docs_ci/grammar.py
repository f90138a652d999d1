"""Which grammar a page is published with, as far as the page, its name and the site around it tell."""

import re
from pathlib import Path

_DOCUSAURUS = tuple(f"docusaurus.config.{suffix}" for suffix in ("js", "ts", "mjs", "mts", "cjs", "cts"))
_DETECT = re.compile(r"\bformat['\"]?\s*:\s*['\"](?:detect|md)['\"]")
"""With this in its settings, Docusaurus reads ``*.md`` as CommonMark."""
_OWN_FORMAT = re.compile(r"\A---\s*\n(?:.*\n)*?mdx:\s*\n\s+format:\s*['\"]?(?P<format>mdx?|detect)\b", re.MULTILINE)
_FOLDERS = (".vitepress",)
"""Sites whose components stand in plain Markdown."""


def is_mdx(path: Path, text: str) -> bool | None:
    """Tell whether the page at *path* is MDX; None if only its content can tell."""
    own = _OWN_FORMAT.match(text)
    if own is not None and own["format"] != "detect":
        return own["format"] == "mdx"
    if path.suffix == ".mdx":
        return True
    for folder in path.parents:
        if any((folder / name).is_dir() for name in _FOLDERS):
            return False
        for name in _DOCUSAURUS:
            settings = _text_of(folder / name)
            if settings is not None:
                return _DETECT.search(settings) is None
    return None


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return None
