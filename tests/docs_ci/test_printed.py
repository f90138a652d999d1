"""The scripts that a page prints."""

import pytest

from dvara_examples.core.errors import PageError
from dvara_examples.docs_ci.printed import PrintedScript, printed_scripts
from dvara_examples.docs_ci.sources import Sources, Unknown
from tests.docs_ci.conftest import SCRIPTS, ReadText


def printed(page: ReadText, sources: Sources, text: str) -> tuple[PrintedScript, ...]:
    """Return what *text* prints."""
    return printed_scripts(page(text), "docs/page.md", sources)


def test_a_fence_takes_the_place_of_its_region(page: ReadText, sources: Sources) -> None:
    """The script around it stays, and so does the region's indentation."""
    (script,) = printed(page, sources, "<!-- example: greet region: inner -->\n```py\nprint(1)\n\nprint(2)\n```\n")
    assert script.text == SCRIPTS["greet.py"].replace('    print("hello")', "    print(1)\n\n    print(2)")
    assert (script.run_id, script.name, script.lines) == ("docs/page.md#greet", "greet.py", (2,))


def test_regions_of_one_script_are_put_into_it_together(page: ReadText, sources: Sources) -> None:
    """Unless they overlap: then each gets a script of its own, and a number."""
    fence = "<!-- example: greet region: {} -->\n```py\n{}\n```\n\nthen\n\n"
    scripts = printed(page, sources, fence.format("greet", "one") + fence.format("inner", "two") + fence.format("greet", "three"))
    assert [(script.run_id, script.lines) for script in scripts] == [
        ("docs/page.md#greet", (2,)),
        ("docs/page.md#greet#2", (9,)),
        ("docs/page.md#greet#3", (16,)),
    ]
    assert "one" in scripts[0].text
    assert "two" not in scripts[0].text


def test_the_same_example_in_three_languages_is_one_example(page: ReadText, sources: Sources) -> None:
    """So that what they do can be compared."""
    text = "<!-- example: greet -->\n```py\na\n```\n```js\nb\n```\n```java\nc\n```\n"
    assert [(s.run_id, s.variant.language) for s in printed(page, sources, text)] == [
        ("docs/page.md#greet", "python"),
        ("docs/page.md#greet", "node"),
        ("docs/page.md#greet", "java"),
    ]


def test_code_of_the_pages_own_is_a_script_by_itself(page: ReadText, sources: Sources) -> None:
    """Java gets the name of its class, and the directives of the example's script where it has none."""
    text = (
        "<!-- run-as: greet -->\n```py\nown()\n```\n```java\nclass Helper {}\npublic class Mine {}\n```\n\n"
        "<!-- run-as: greet -->\n```java\n//JAVA 25\nclass Second {}\n```\n"
    )
    scripts = printed(page, sources, text)
    assert [s.run_id for s in scripts] == [*["docs/page.md:1#greet"] * 2, "docs/page.md:10#greet"]
    assert [(s.name, s.text) for s in scripts] == [
        ("greet.py", "own()\n"),
        ("Mine.java", "//JAVA 21+\nclass Helper {}\npublic class Mine {}\n"),
        ("Second.java", "//JAVA 25\nclass Second {}\n"),
    ]


def test_placeholders_are_mapped_in_both(page: ReadText, sources: Sources) -> None:
    """And one that cannot be is told with the page's line."""
    head = '<!-- placeholders: "KEY" = DVARA_API_KEY -->\n'
    text = head + '<!-- run-as: greet -->\n```js\nf("KEY")\n```\n\n<!-- example: greet -->\n```js\nconst word = "KEY";\n```\n'
    own, shown = printed(page, sources, text)
    assert own.text == "f(process.env.DVARA_API_KEY)\n"
    assert "const word = process.env.DVARA_API_KEY;" in shown.text
    with pytest.raises(PageError, match=r"page\.md:5: the placeholder 'KEY'"):
        printed(page, sources, head + '<!-- run-as: greet -->\n```py\nx = 1\nb"KEY"\n```\n')


def test_what_names_nothing_is_refused(page: ReadText, sources: Sources) -> None:
    """Before anything is run."""
    with pytest.raises(Unknown):
        printed(page, sources, "<!-- example: gret -->\n```py\n```\n")
