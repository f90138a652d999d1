"""The page of first steps quotes what the tool really says."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def test_each_quoted_message_is_one_that_the_tool_has() -> None:
    """Every piece of a message in the table, between what is left open, stands in the program."""
    sources = (REPOSITORY / "runner" / "dvara_examples").rglob("*.py")
    said = re.sub(r"\{[^{}]*\}", "…", "\n".join(source.read_text("utf-8") for source in sources))
    page = (REPOSITORY / "docs" / "first-steps.md").read_text("utf-8")
    quoted = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    assert len(quoted) > 10
    pieces = [piece.strip(" (),'") for message in quoted for piece in re.split(r"…|401|403", message)]
    assert [piece for piece in pieces if piece and piece not in said] == []
