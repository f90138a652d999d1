"""Pages are brought in step, and nothing but the content of named fences changes."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.core.errors import PageError
from dvara_examples.docs_ci.fence_status import check_page
from dvara_examples.docs_ci.page import load_page, read_page
from dvara_examples.docs_ci.sources import Sources
from dvara_examples.docs_ci.sync import save, synced
from tests.docs_ci.conftest import GREET, ReadText

_DATA = sorted((Path(__file__).parents[1] / "data" / "pages").iterdir())
PAGES = [path for path in _DATA if path.suffix != ".synced"]


def in_step(page: ReadText, sources: Sources, text: str, name: str = "page.md") -> str:
    """Return what becomes of *text*, which must be in step then and stay as it is."""
    after = synced(page(text, name), sources)
    assert [s.state for s in check_page(page(after, name), sources) if not s.good] == []
    assert synced(page(after, name), sources) == after
    return after


@pytest.mark.parametrize(
    ("opening", "prefix", "closing"),
    [
        ("```python", "", "```"),
        ("~~~~ py x=1", "", "~~~~~~"),
        ("  ```python", "  ", "  ```"),
        ("- ```python", "  ", "  ```"),
        ("- text\n\n  ```python", "  ", "  ```"),
        ("12. ```python", "    ", "    ```"),
        ("> ```python", "> ", "> ```"),
        (">```python", ">", ">```"),
        ("1. > - ```python", "   >   ", "   >   ```"),
        ("-\t```python", " \t", "\t```"),
        ('=== "Python"\n\n    ```python', "    ", "    ```"),
        ("\t- a\n\n\t  ```python", None, ""),
    ],
)
def test_the_lines_of_a_fence_keep_its_place(
    page: ReadText, sources: Sources, opening: str, prefix: str | None, closing: str
) -> None:
    """Lists, quotes and both; blank lines get no blanks at their end."""
    comment = opening.partition("```")[0].partition("~~~")[0]
    above = comment.rpartition("\n")[2]
    *before, first = opening.split("\n")
    if prefix is None:
        assert page(f"{opening}\n").snippets == (), "indented code"
        return
    head = "\n".join([*before, f"{above}<!-- example: greet[python] -->", prefix + first[len(above) :]])
    text = f"# Title\n\n{head}\n{prefix}old\n{closing}\n\nbehind\n"
    lines = "".join((prefix + line if line else prefix.rstrip()) + "\n" for line in GREET["python"])
    lines = lines.replace(">    print", ">     print")  # one blank behind a quote mark is the mark's own
    assert in_step(page, sources, text) == f"# Title\n\n{head}\n{lines}{closing}\n\nbehind\n"


def test_line_ends_and_a_missing_last_one_stay(page: ReadText, sources: Sources) -> None:
    """CR LF stays CR LF, also where only some lines are new."""
    text = '# T\r\n<!-- example: greet -->\r\n```python\r\nimport sys\r\n\r\nprint("old")\r\n```'
    wanted = '# T\r\n<!-- example: greet -->\r\n```python\r\nimport sys\r\n\r\nif sys.argv:\r\n    print("hello")\r\n```'
    assert in_step(page, sources, text) == wanted


def test_lines_that_are_right_keep_every_byte(page: ReadText, sources: Sources) -> None:
    """Mixed line ends and odd indentation of such lines are not ours to mend."""
    text = "<!-- example: greet -->\n  ```java\nclass Greet {\r\n      // hullo\n  }\n  ```\n"
    wanted = "<!-- example: greet -->\n  ```java\nclass Greet {\r\n      // hello\n  }\n  ```\n"
    assert in_step(page, sources, text) == wanted


@pytest.mark.parametrize(("marker", "longer"), [("```", "````"), ("~~~", "~~~"), ("`````", "`````")])
def test_a_marker_is_lengthened_where_the_code_would_end_the_fence(
    page: ReadText, sources: Sources, marker: str, longer: str
) -> None:
    """In that case alone, and at both ends."""
    text = f"<!-- example: greet-twice -->\n{marker}python a`b\n{marker}\n".replace(" a`b", "")
    wanted = f"<!-- example: greet-twice -->\n{longer}python\nprint('''\n```\nhello\n```\n''')\n{longer}\n"
    assert in_step(page, sources, text) == wanted


def test_what_names_nothing_that_exists_stays(page: ReadText, sources: Sources) -> None:
    """So do fences without a directive, under another one, and without an end."""
    text = (
        "<!-- example: nobody -->\n```python\na\n```\n\n```java\nb\n```\n<!-- untested: no -->\n```js\nc\n```\n"
        "<!-- run-as: greet -->\n```js\nd\n```\n<!-- example: greet -->\n```python\nnever closed\n"
    )
    assert synced(page(text), sources) == text


def test_a_table_of_the_examples_is_written_between_its_comments(page: ReadText, sources: Sources) -> None:
    """With links relative to the page, and titles that cannot break it."""
    text = "<!-- examples: table -->\nold\n<!-- /examples -->\nbehind\n"
    assert in_step(page, sources, text, "docs/page.md").splitlines() == [
        "<!-- examples: table -->",
        "",
        "| example | shows | Python | Node.js | Java |",
        "|---|---|---|---|---|",
        "| `greet` | Says hello | [py](../greet.py) | [mjs](../greet.mjs) | [java](../Greet.java) |",
        "| `greet-twice` | Says hello \\| and again | [py](../greet_twice.py) | - | - |",
        "",
        "<!-- /examples -->",
        "behind",
    ]


def test_what_cannot_be_written_is_refused(page: ReadText, sources: Sources) -> None:
    """A NUL, say, which no Markdown can show: the page is left as it is, and its line is told."""
    with pytest.raises(PageError, match=r"page\.md:3: this fence cannot be written"):
        synced(page("text\n<!-- example: nul -->\n```python\nold\n```\n"), sources)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_of_any_make_changes_in_its_named_fences_alone(path: Path, sources: Sources, tmp_path: Path) -> None:
    """Next to each page lies what it must become, byte by byte: tabs, lists, quotes, tildes, CR LF, a byte order mark."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    for _ in range(2):
        page = load_page(copy, path.name)
        save(page, synced(page, sources))
        assert copy.read_bytes() == path.with_name(f"{path.name}.synced").read_bytes()


_PROSE = st.sampled_from(
    [
        "text",
        "# Title",
        "- item",
        "> quoted",
        "| a | b |\n|---|---|",
        "<div>html</div>",
        "***",
        "```json\n{}\n```",
        "~~~\nplain\n~~~",
        "\u2028 \x0b odd",
        "<!-- note -->",
    ]
)
_PLACE = st.sampled_from([("", ""), ("> ", "> "), ("- ", "  "), ("> - ", ">   "), ("1. ", "   ")])
_NAMED = st.tuples(
    _PLACE,
    st.sampled_from([*GREET]),
    st.sampled_from(["```", "~~~", "`````"]),
    st.lists(st.sampled_from(["old 1", "", "  old 2"])),
)


@given(
    parts=st.lists(st.one_of(_PROSE, _NAMED), max_size=8),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    last=st.booleans(),
)
def test_nothing_outside_the_named_fences_ever_changes(
    sources: Sources, parts: list[str | tuple[tuple[str, str], str, str, list[str]]], end: str, last: bool
) -> None:
    """Whatever stands around them: the result is the page with their content replaced, to the byte."""
    before: list[str] = []
    after: list[str] = []
    for part in parts:
        if isinstance(part, str):
            lines = [*part.split("\n"), ""]
            before, after = [*before, *lines], [*after, *lines]
            continue
        (first, prefix), language, marker, old = part
        head = [f"{first}<!-- example: greet[{language}] -->", f"{prefix}{marker}{language}"]
        before += [*head, *(_in(prefix, line) for line in old), prefix + marker, ""]
        after += [*head, *_kept(prefix, old, GREET[language]), prefix + marker, ""]
    text, wanted = (end.join(lines if last else lines[:-1]) for lines in (before, after))
    page = read_page(sources.manifest.root / "page.md", "page.md", text)
    assert synced(page, sources) == wanted


def _in(prefix: str, line: str) -> str:
    return prefix + line if line else prefix.rstrip()


def _kept(prefix: str, old: list[str], new: tuple[str, ...]) -> list[str]:
    return [_in(prefix, line) for line in new] if tuple(old) != new else [_in(prefix, line) for line in old]


def test_a_page_is_replaced_at_once_with_its_mode_and_its_link(tmp_path: Path) -> None:
    """A link still leads to the page, a byte order mark stays, and nothing is left next to it."""
    real = tmp_path / "real.md"
    real.write_bytes(b"\xef\xbb\xbfold\r\n")
    real.chmod(0o640)
    link = tmp_path / "link.md"
    link.symlink_to("real.md")
    save(load_page(link, "link.md"), "new\r\n")
    assert link.is_symlink()
    assert real.read_bytes() == b"\xef\xbb\xbfnew\r\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.md", "real.md"]


@pytest.mark.parametrize(("data", "told"), [(b"a\n\xff\n", "page.md:2: found the byte 0xff"), (None, "cannot be read")])
def test_what_is_no_page_is_told(tmp_path: Path, data: bytes | None, told: str) -> None:
    """With the line where the bytes are no text."""
    path = tmp_path / "page.md"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(PageError, match=told):
        load_page(path, "page.md")


_SCRAPS = st.lists(
    st.sampled_from(
        [
            *("\n", "\n", "\n", "\r\n", "\r", "\n\n", "> ", "- ", "1. ", "  ", "    ", "\t", "text", "| a |", "***", "---\n"),
            *("```python", "```", "~~~js", "~~~", "````", "``` java x", "<!-- example: greet -->\n", "{/* example: greet */}\n"),
            *("<!-- /example -->\n", "<!-- untested: x -->\n", "<!-- run-as: greet -->\n", "<!-- example: greet-twice -->\n"),
            *(
                "<div>",
                "</div>",
                "<Tabs>",
                "<pre>",
                "<!--",
                "-->",
                "{/*",
                "*/}",
                'import x from "y"\n',
                "\x00",
                "\ufeff",
                "\u2028",
            ),
            *('=== "x"\n', "!!! x\n"),
            *(
                "<!-- examples: table -->\n",
                "<!-- /examples -->\n",
                '=== "x"\n',
                "!!! x\n",
                "import sys",
                "[a]: b",
                "&#96;",
                "\\",
            ),
        ]
    ),
    max_size=60,
)


@given(scraps=_SCRAPS, name=st.sampled_from(["page.md", "page.mdx"]))
def test_a_second_sync_never_changes_anything_whatever_the_page(sources: Sources, scraps: list[str], name: str) -> None:
    """Nonsense is refused, or brought in step once and for all, and the fences that name nothing are as they were."""
    page = read_page(sources.manifest.root / name, name, "".join(scraps))
    try:
        text = synced(page, sources)
    except PageError:
        return
    after = read_page(sources.manifest.root / name, name, text)
    assert synced(after, sources) == text
    assert [s.fence.lines for s in after.snippets if s.about is None] == [s.fence.lines for s in page.snippets if s.about is None]
    assert [s.line for s in check_page(after, sources) if s.state == "drifted"] == []


GREET_LINES = list(GREET["python"])


@pytest.mark.parametrize(
    ("sign", "end"),
    [("# {}", ""), ("// {}", ""), ("/* {} */", ""), ("{{/* {} */}}", "")],
    ids=["hash", "slashes", "block", "mdx"],
)
def test_highlighted_lines_are_no_difference_and_survive(page: ReadText, sources: Sources, sign: str, end: str) -> None:
    """Docusaurus takes its comments out before anybody reads the code; what is rewritten keeps them where they were."""
    mark = [sign.format(f"highlight-{what}") + end for what in ("start", "end", "next-line")]
    body = [mark[0], *GREET_LINES[:1], mark[1], *GREET_LINES[1:-1], mark[2], GREET_LINES[-1]]
    text = "<!-- example: greet -->\n```python\n" + "\n".join(body) + "\n```\n"
    assert [s.state.value for s in check_page(page(text), sources)] == ["in step"]
    assert synced(page(text), sources) == text
    drifted = text.replace(GREET_LINES[-1], "old()")
    assert in_step(page, sources, drifted) == text
