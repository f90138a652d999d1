"""The difference between a fence and the region that it shows, with the line numbers of page and script."""

import difflib
from collections.abc import Iterator, Sequence

_CONTEXT = 3


def differences(page: Sequence[str], line: int, script: Sequence[str], numbers: Sequence[int]) -> Iterator[str]:
    """Yield the hunks of a unified diff from *page*, which begins on *line*, to *script*, whose lines have these *numbers*."""
    matcher = difflib.SequenceMatcher(None, page, script, autojunk=False)
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        (_, i, _, k, _), (_, _, j, _, m) = group[0], group[-1]
        yield f"@@ -{line + i - (i == j)},{j - i} +{numbers[k] if k < m else numbers[k - 1] if k else numbers[0] - 1},{m - k} @@"
        for tag, i, j, k, m in group:
            if tag == "equal":
                yield from (f" {text}" for text in page[i:j])
                continue
            yield from (f"-{text}" for text in page[i:j])
            yield from (f"+{text}" for text in script[k:m])
