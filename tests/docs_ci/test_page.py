"""Which fence stands under which directive."""

import pytest

from dvara_examples.docs_ci.directives import RunsAs, Shows, Untested
from dvara_examples.docs_ci.page import language_of
from tests.docs_ci.conftest import ReadText

PY, JS, JAVA = "```python\na\n```\n", "```js\nb\n```\n", "```java\nc\n```\n"
SHOWS = Shows("greet", None, None)


def test_a_comment_is_about_the_fence_below_it(page: ReadText) -> None:
    """Blank lines may stand between; a later fence is not meant."""
    found = page(f"<!-- example: greet -->\n\n{PY}\ntext\n\n{PY}").snippets
    assert [(s.language, s.about) for s in found] == [("python", SHOWS), ("python", None)]


TABS = {
    "nothing": f"{PY}{JS}{JAVA}",
    "Docusaurus": (
        f'<Tabs>\n<TabItem value="py">\n\n{PY}\n</TabItem>\n<TabItem value="js">\n\n{JS}\n</TabItem>\n'
        f'<TabItem\n  value="j"\n>\n\n{JAVA}\n</TabItem>\n</Tabs>\n'
    ),
    "details": (
        f"<details><summary>Python</summary>\n\n{PY}\n</details>\n"
        f"<details>\n<summary>Node</summary>\n\n{JS}\n</details>\n\n{JAVA}"
    ),
    "Hugo": (
        f'{{{{< tabs name="x" >}}}}\n{{{{% tab name="py" %}}}}\n{PY}{{{{% /tab %}}}}\n'
        f'{{{{% tab name="js" %}}}}\n{JS}{{{{% /tab %}}}}\n{JAVA}'
    ),
    "slashes": f"//// tab | Python\n\n{PY}\n////\n\n//// tab | Node\n\n{JS}\n////\n\n{JAVA}",
    "indented": "".join(
        f'=== "{name}"\n\n' + "".join(f"    {line}\n" for line in code.splitlines()) + "\n"
        for name, code in (("Python", PY), ("Node.js", JS), ("Java", JAVA))
    ),
    "colons": f":::tabs\n\n{PY}\n:::\n\n{JS}\n:::\n\n{JAVA}",
    "other languages": f"```bash\ncurl\n```\n{PY}{JS}```console\n$ x\n```\n{JAVA}",
}


@pytest.mark.parametrize("text", TABS.values(), ids=TABS.keys())
@pytest.mark.parametrize("name", ["page.md", "page.mdx"])
def test_one_comment_serves_the_same_example_in_three_languages(page: ReadText, text: str, name: str) -> None:
    """Tabs of any kind, and fences in other languages, may stand between."""
    found = page(f"<!-- example: greet -->\n{text}", name).snippets
    assert [(s.language, s.about) for s in found] == [("python", SHOWS), ("node", SHOWS), ("java", SHOWS)]


@pytest.mark.parametrize(
    "between", ["text\n\n", "## Title\n\n", "***\n\n", "- item\n\n", "> said\n\n", "    code\n\n", f"{PY}\n"]
)
def test_what_a_reader_sees_ends_it(page: ReadText, between: str) -> None:
    """A fence behind prose, or a second one in the same language, is another matter."""
    found = page(f"<!-- example: greet -->\n{PY}\n{between}{JAVA}").snippets
    assert found[0].about == SHOWS
    assert [s.about for s in found[1:]] == [None] * len(found[1:])
    assert found[-1].language == "java"


def test_a_closing_comment_lets_prose_lie_between(page: ReadText) -> None:
    """Headings as tabs, say; behind it nothing is meant."""
    text = f"<!-- example: greet -->\n### Python\n\n{PY}\n### Node\n\n{JS}\n<!-- /example -->\n\n{JAVA}"
    assert [s.about for s in page(text).snippets] == [SHOWS, SHOWS, None]


def test_a_language_can_be_named_where_the_fence_names_none(page: ReadText) -> None:
    """It is about that one fence alone."""
    found = page(f"<!-- example: greet[node] region: inner -->\n```\nx\n```\n{PY}").snippets
    assert [(s.language, s.about) for s in found] == [("node", Shows("greet", "node", "inner")), ("python", None)]


def test_other_directives_are_about_fences_alike(page: ReadText) -> None:
    """Code of the page's own, and code that nobody needs to test."""
    text = f"<!-- run-as: greet -->\n{PY}\n{{/* untested: shows what\nnot to do */}}\n\n{PY}"
    found = page(text, "page.mdx").snippets
    assert [s.about for s in found] == [RunsAs("greet", None), Untested("shows what not to do")]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (f"<!-- example: greet -->\ntext\n\n{PY}", 1, "no fence in Python, JavaScript or Java follows"),
        ("<!-- example: greet -->\n", 1, "no fence"),
        ("x\n\n<!-- example: greet -->\n<div>\n```py\na\n```\n</div>\n", 3, "a blank line before it"),
        ("</details>\n<!-- example: greet -->\n```py\na\n```\n\n```py\nb\n```\n", 2, "a blank line before it"),
        (f"<!-- example: -->\n{PY}", 1, "expected an id after"),
        (f"<!-- example: greet regoin: x -->\n{PY}", 1, "region: name"),
        (f"<!-- run-as: a b -->\n{PY}", 1, "run-as: stream-basic"),
        (f"<!-- untested: -->\n{PY}", 1, "say why"),
        ("<!-- /example -->\n", 1, "nothing is open"),
        ("<!-- examples: list -->\n", 1, "expected table after"),
        ("<!-- examples: table -->\n", 1, "add one"),
        ("<!-- /examples -->\n", 1, "no table has begun"),
        ("<!-- examples: table --><!-- /examples -->\n", 1, "no table has begun above"),
        ("> text\n>\n> <!-- examples: table -->\n", 3, "inside a list or a quote"),
        ('<!-- placeholders: "a" = HOME -->\n', 1, "DVARA_URL, DVARA_API_KEY"),
        ("<!-- placeholders: a = DVARA_URL -->\n", 1, '"text" = DVARA_URL'),
        ("<!-- placeholders: -->\n", 1, "without any"),
    ],
)
def test_a_directive_that_cannot_be_followed_is_told_with_its_line(page: ReadText, text: str, line: int, told: str) -> None:
    """A mistake in a comment is never taken for silence."""
    problems = page(text).problems
    assert [problem.line for problem in problems] == [line]
    assert told in problems[0].sentence


@pytest.mark.parametrize(
    "comment", ["<!-- note to self -->", "<!-- examples -->", "<!-- more -->", "<!-- prettier-ignore -->", "{/* todo */}"]
)
def test_other_peoples_comments_mean_nothing(page: ReadText, comment: str) -> None:
    """They neither start nor end anything."""
    found = page(f"<!-- example: greet -->\n{comment}\n{PY}")
    assert found.problems == ()
    assert found.snippets[0].about == SHOWS


def test_placeholders_hold_for_the_page(page: ReadText) -> None:
    """Each with the variable that it stands for."""
    text = '<!-- placeholders: "https://gw.example/v1" = DVARA_URL,\n  "YOUR_KEY" = DVARA_API_KEY -->\n'
    renamed = page('<!-- placeholders: env OPENAI_API_KEY = DVARA_API_KEY, "K" = DVARA_API_KEY -->\n')
    assert (renamed.variables, renamed.placeholders) == ((("OPENAI_API_KEY", "DVARA_API_KEY"),), (("K", "DVARA_API_KEY"),))
    assert page(text).placeholders == (("https://gw.example/v1", "DVARA_URL"), ("YOUR_KEY", "DVARA_API_KEY"))


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"),
        ("Python title='a.py'", "python"),
        ("py {1,3-4}", "python"),
        ("{.python .numberLines}", "python"),
        ("{python}", "python"),
        ("ts", "node"),
        ("typescript showLineNumbers", "node"),
        ("java", "java"),
        ("javascript", "node"),
        ("json", None),
        ("pycon", None),
        ("", None),
        ("=html", None),
    ],
)
def test_the_info_string_tells_the_language(info: str, language: str | None) -> None:
    """By its first word, however it is decorated."""
    assert language_of(info) == language
