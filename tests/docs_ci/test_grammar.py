"""A page is read by the grammar that it is published with, and a comment that is not read is told."""

from pathlib import Path

import pytest

from dvara_examples.core.errors import PageError
from dvara_examples.docs_ci.find import _named
from dvara_examples.docs_ci.highlights import highlights, without_highlights, without_options
from dvara_examples.docs_ci.page import Page, language_of, load_page, read_page

FENCE = "```py\nimport one\n```\n"
COMPONENT = f"<Tabs>\n<TabItem>\n{FENCE}</TabItem>\n</Tabs>\n"
BLOCK = f"<div>\n{FENCE}</div>\n"
INDENTED = f"text\n\n{FENCE}".replace("\n", "\n    ")


def page(folder: Path, text: str, name: str = "page.md") -> Page:
    """Write a page into *folder* and load it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return load_page(path, name)


@pytest.mark.parametrize(
    ("name", "text", "seen"),
    [
        ("page.md", COMPONENT, 1),
        ("page.md", f"export const x = 1;\n\n{BLOCK}", 0),
        ("page.md", f'import X from "x";\n\n{BLOCK}', 1),
        ("page.md", BLOCK, 0),
        ("page.mdx", BLOCK, 1),
        ("page.mdx", f"---\nmdx:\n  format: md\n---\n{BLOCK}", 0),
        ("page.md", f"---\ntitle: x\nmdx:\n  format: mdx\n---\n{BLOCK}", 1),
        ("page.md", f"<TABLE>\n{FENCE}</TABLE>\n", 0),
        ("page.markdown", f"text\n\n<A.Bc x='1'>\n{FENCE}</A.Bc>\n", 1),
    ],
)
def test_the_page_itself_tells_its_grammar(name: str, text: str, seen: int, tmp_path: Path) -> None:
    """By its name, its front matter, an import, or the tag of a component, which HTML does not have."""
    assert len(page(tmp_path, text, name).fences) == seen


@pytest.mark.parametrize(
    ("settings", "text", "seen"),
    [
        ("docusaurus.config.js", BLOCK, 1),
        ("docusaurus.config.ts", INDENTED, 1),
        (".vitepress/config.mts", COMPONENT, 0),
        ("mkdocs.yml", BLOCK, 0),
    ],
)
def test_the_site_around_a_page_tells_its_grammar(settings: str, text: str, seen: int, tmp_path: Path) -> None:
    """Docusaurus reads *.md as MDX, without any import; VitePress reads components in plain Markdown."""
    (tmp_path / settings).parent.mkdir(exist_ok=True)
    (tmp_path / settings).write_text("export default {};\n")
    assert len(page(tmp_path, text, "docs/deep/page.md").fences) == seen


@pytest.mark.parametrize("word", ["detect", "md"])
def test_docusaurus_may_be_told_to_read_markdown(word: str, tmp_path: Path) -> None:
    """Its setting for the format of *.md is followed; a name in *.mdx is stronger."""
    (tmp_path / "docusaurus.config.js").write_text(f"export default {{ markdown: {{ format: '{word}' }} }};\n")
    assert [len(page(tmp_path, BLOCK, name).fences) for name in ("a.md", "a.mdx")] == [0, 1]


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"),
        ("{code-block} python", "python"),
        ("{code-block}  js", "node"),
        ("{code} java", "java"),
        ("{code-cell} python3", "python"),
        ("{code-cell} ipython3", "python"),
        ("ipython", "python"),
        ("{sourcecode} python", "python"),
        ("{#id .python}", "python"),
        ("{ #id .python .numberLines}", "python"),
        ("{.python #id}", "python"),
        ("{ .py title='x' }", "python"),
        ("{python}", "python"),
        ("python {#id}", "python"),
        ("{code-block}", None),
        ("{code-block} text", None),
        ("{literalinclude} x.py", None),
        ("{#python}", None),
        ("{#id}", None),
        ("text", None),
        ("", None),
    ],
)
def test_the_language_of_a_fence_in_every_spelling(info: str, language: str | None) -> None:
    """Those of MyST and Pandoc name it behind a directive or an id."""
    assert language_of(info) == language


def test_options_of_myst_are_no_code() -> None:
    """They stand in front of the code, which keeps its line numbers; a sync keeps them."""
    lines = (":caption: x", ":linenos:", "", "print(1)", "# highlight-next-line", "x[:a:1]")
    assert without_highlights(lines) == ("print(1)", "x[:a:1]")
    assert without_options(lines) == ("", "", "", *lines[3:])
    assert [index for _, index, _ in highlights(lines)] == [0, 1, 2, 4]
    assert without_highlights(("x = {", ":a:", "}")) == ("x = {", ":a:", "}")


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.md", f"Text <!-- example: hi -->\n{FENCE}", 1),
        ("a.md", f"Text\n\nmore\ntext <!-- example: hi --> text\n{FENCE}", 4),
        ("a.md", f"- x {{/* example: hi */}}\n\n{FENCE}", 1),
        ("a.md", f"{{/* example:\nhi */}}\n{FENCE}", 1),
        ("a.md", f"text\n\n    <!-- example: hi -->\n{FENCE}", 3),
        ("a.md", f"```sh\nls\n\n<!-- example: hi -->\n{FENCE[6:9]}", 4),
        ("a.md", f"text <!-- untested: -->\n{FENCE}", 1),
        ("a.mdx", f"Text {{/* example: hi */}}\n{FENCE}", 1),
        ("a.mdx", f"<Tabs items={{/* example: hi */ 1}}>\n{FENCE}</Tabs>\n", 1),
        ("a.mdx", f"{{show && /* x */ <A>{{/* example: hi */}}</A>}}\n\n{FENCE}", 0),
    ],
)
def test_a_comment_of_ours_that_is_not_read_is_an_error(name: str, text: str, line: int) -> None:
    """In the middle of text, in indented code, in a fence without an end, in an expression: it would tie nothing to anything."""
    problems = read_page(Path(name), name, text).problems
    if line:
        assert [(problem.line, problem.sentence.partition(" and ")[0]) for problem in problems] == [
            (line, "this comment is inside something else")
        ]
    else:
        assert problems


@pytest.mark.parametrize(
    "text",
    [
        "Write `<!-- example: hi -->` above the fence.\n",
        "Write ``{/* example: `hi` */}`` above\nthe `fence\n<!-- no`.\n",
        "````md\n<!-- example: hi -->\n```py\n```\n````\n",
        "Text <!-- a note: of somebody else --> text\n",
    ],
)
def test_a_comment_that_is_only_shown_is_none(text: str) -> None:
    """Pages may explain the comments, and have others."""
    assert read_page(Path("a.md"), "a.md", text).problems == ()


@pytest.mark.parametrize("markup", [":::", "::::", ":::::"])
@pytest.mark.parametrize("before", ["", "text\n\n", "text\n", "- a\n\n"])
@pytest.mark.parametrize("word", ["code", "code-block", "code-cell", "sourcecode"])
def test_code_of_myst_may_stand_between_colons(markup: str, before: str, word: str) -> None:
    """It ends at as many colons, or more; without an end it goes on to the end of the page, as any fence does."""
    text = f"{before}{markup}{{{word}}} python\nimport one\n:: \n"
    (fence,) = read_page(Path("a.md"), "a.md", f"{text}{markup}:\n\nmore\n").fences
    assert (fence.info, fence.lines, fence.closed) == (f"{{{word}}} python", ("import one", ":: "), True)
    (fence,) = read_page(Path("a.md"), "a.md", text).fences
    assert (fence.lines, fence.closed) == (("import one", ":: "), False)
    assert not read_page(Path("a.md"), "a.md", f"{markup}{{note}}\ntext\n{markup}\n").fences


@pytest.mark.parametrize("name", ["a.rst", "a.REST", "a.adoc", "a.asciidoc", "a.ipynb", "a.org", "a.textile", "a.html", "a.htm"])
def test_a_page_in_another_format_is_refused(name: str, tmp_path: Path) -> None:
    """Of a page that cannot be read nothing is said, least of all that there is nothing to look after."""
    (tmp_path / name).write_text(".. code-block:: python\n\n   import one\n")
    with pytest.raises(PageError, match=rf"^{name}: expected a page in Markdown or MDX, found .* \({name}\)$"):
        list(_named([name], tmp_path))
    with pytest.raises(PageError, match="found no page in this folder"):
        list(_named(["."], tmp_path))
