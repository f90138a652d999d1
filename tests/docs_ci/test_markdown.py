"""The blocks of a page: what CommonMark and MDX call a fence, and what only looks like one."""

import pytest

from dvara_examples.docs_ci.markdown import Comment, Fence, blocks, split_page


def fences(text: str, *, mdx: bool | None = None) -> list[Fence]:
    """Return the fences of *text*."""
    return [block for block in blocks(text, mdx=mdx) if isinstance(block, Fence)]


@pytest.mark.parametrize(
    ("text", "start", "end", "lines"),
    [
        ("```py\na\n\nb\n```\n", 0, 5, ("a", "", "b")),
        ("~~~ py\n```\n~~~\n", 0, 3, ("```",)),
        ("`````py\n```\n~~~\n`````", 0, 4, ("```", "~~~")),
        ("- x\n\n  ```py\n  a\n    b\n  ```\n", 2, 6, ("a", "  b")),
        ("- ```py\n  a\n  ```\n", 0, 3, ("a",)),
        ("1. > ```py\n   > a\n   >\n   > b\n   > ```\n", 0, 5, ("a", "", "b")),
        (">```py\n>a\n>```\n", 0, 3, ("a",)),
        ("   ```py\n  a\n b\n    c\n   ```\n", 0, 5, ("a", "b", " c")),
        ("```py\r\na\r\n```\r\n", 0, 3, ("a",)),
        ("```py\ra\r```\r", 0, 3, ("a",)),
        ("para\n```py\na\n```\npara\n", 1, 4, ("a",)),
        ("```py\n```\n", 0, 2, ()),
        ("```py\n\u2028\f\x85\n```\n", 0, 3, ("\u2028\f\x85",)),
        ('=== "Python"\n\n    ```py\n    a\n      b\n    ```\n\ntext\n', 2, 6, ("a", "  b")),
        ("text\n\n!!! note\n    x\n\n    ```py\n    a\n    ```\n", 5, 8, ("a",)),
        ('- x\n\n    === "Python"\n\n        ```py\n        a\n        ```\n', 4, 7, ("a",)),
        ('??? note "T"\n    === "Python"\n\n        ```py\n        a\n        ```\n', 3, 6, ("a",)),
        ("---\ntitle: x\n---\n```py\na\n```\n", 3, 6, ("a",)),
    ],
)
def test_a_fence_is_found_with_its_lines(text: str, start: int, end: int, lines: tuple[str, ...]) -> None:
    """In lists, quotes and both; with tildes, long markers and every line end."""
    found = fences(text)
    assert [(f.start, f.end, f.lines, f.closed) for f in found] == [(start, end, lines, True)]


@pytest.mark.parametrize(
    "text",
    [
        "    ```py\n    a\n    ```\n",
        "<!--\n```py\na\n```\n-->\n",
        "<div>\n```py\na\n```\n</div>\n",
        "<pre>\n\n```py\na\n```\n</pre>\n",
        "``py\na\n``\n",
        "=== text\n\n    ```py\n    a\n    ```\n".replace("=== ", "== "),
        "``` py`x\na\n",
        "---\nexample: |\n  ```py\n  a\n  ```\n---\n",
    ],
)
def test_what_only_looks_like_a_fence_is_none(text: str) -> None:
    """Indented code, comments, HTML blocks, short markers, a backtick in the info string, front matter."""
    assert fences(text) == []


def test_a_fence_without_an_end_says_so() -> None:
    """The end of the page or of its quote ends it."""
    assert [(f.end, f.closed) for f in fences("```py\na\n\nb\n")] == [(4, False)]
    assert [(f.end, f.closed) for f in fences("> ```py\n> a\n\nb\n")] == [(2, False)]


def test_mdx_has_neither_html_blocks_nor_indented_code() -> None:
    """A fence may stand right behind a tag, and as deep as its tags."""
    text = "<Tabs>\n  <TabItem value='x'>\n      ```js\n      a\n      ```\n  </TabItem>\n</Tabs>\n"
    assert [f.lines for f in fences(text, mdx=True)] == [("a",)]
    assert [f.lines for f in fences('import Tabs from "@theme/Tabs";\n\n' + text)] == [("a",)], "an import makes it MDX"
    assert fences(text, mdx=False) == []


def test_what_stands_in_a_comment_of_mdx_is_no_fence() -> None:
    """However many lines it has."""
    assert fences("{/*\n```js\na\n```\n*/}\n", mdx=True) == []


@pytest.mark.parametrize("mdx", [False, True])
@pytest.mark.parametrize("comment", ["<!-- example: x -->", "{/* example: x */}", "<!--example: x-->"])
@pytest.mark.parametrize(
    "text", ["{}\n```py\n```\n", "para\n{}\n```py\n```\n", "- x\n\n  {}\n  ```py\n  ```\n", "> {}\n> ```py\n> ```\n"]
)
def test_a_comment_is_seen_right_above_a_fence(text: str, comment: str, mdx: bool) -> None:
    """In both spellings, wherever a fence may stand, and below a paragraph."""
    found = [block for block in blocks(text.format(comment), mdx=mdx) if isinstance(block, Comment | Fence)]
    assert [type(block) for block in found] == [Comment, Fence]
    assert isinstance(found[0], Comment)
    assert found[0].text == "example: x"


@pytest.mark.parametrize("text", ["", "a", "a\n", "a\r\n\rb\n\nc", "\n", "\x0b\u2028\n\x1c"])
def test_the_lines_of_a_page_are_the_page(text: str) -> None:
    """No byte gets lost between them."""
    assert "".join(split_page(text)) == text
