"""How fences stand, and with which lines that is told."""

import pytest

from dvara_examples.docs_ci.fence_status import FenceState, FenceStatus, check_page, proved
from dvara_examples.docs_ci.sources import Sources
from tests.docs_ci.conftest import GREET, ReadText


def told(page: ReadText, sources: Sources, text: str, name: str = "page.md") -> list[FenceStatus]:
    """Return how everything of *text* stands."""
    return list(check_page(page(text, name), sources))


def fence(language: str, *lines: str) -> str:
    """Return a fence under a directive."""
    return "\n".join([f"<!-- example: greet[{language}] -->", f"```{language}", *lines, "```", ""])


@pytest.mark.parametrize("language", GREET)
def test_a_fence_that_shows_its_region_is_in_step(page: ReadText, sources: Sources, language: str) -> None:
    """Letter by letter, whatever the page's line ends."""
    for end in ("\n", "\r\n"):
        found = told(page, sources, fence(language, *GREET[language]).replace("\n", end))
        assert [(s.line, s.state, s.what) for s in found] == [(2, FenceState.IN_STEP, f"greet[{language}] region greet")]


def test_one_changed_character_is_told_with_both_lines(page: ReadText, sources: Sources) -> None:
    """The diff goes from the page's line to the script's line; tags inside the region are passed over."""
    changed = [*GREET["python"][:3], '    print("hellO")']
    (found,) = told(page, sources, f"# T\n\n{fence('python', *changed)}")
    assert (found.line, found.state, found.good) == (4, FenceState.DRIFTED, False)
    assert found.diff == (
        "--- page.md:5",
        "+++ greet.py:4",
        "@@ -5,4 +4,4 @@",
        " import sys",
        " ",
        " if sys.argv:",
        '-    print("hellO")',
        '+    print("hello")',
    )


def test_the_hunks_of_an_inner_region_have_the_scripts_numbers(page: ReadText, sources: Sources) -> None:
    """Also where the page shows nothing at all."""
    (found,) = told(page, sources, "<!-- example: greet region: inner -->\n```python\n```\n")
    assert found.diff == ("--- page.md:3", "+++ greet.py:8", "@@ -2,0 +8,1 @@", '+print("hello")')


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<!-- example: gret -->\n```py\n```\n", "did you mean 'greet'?"),
        ("<!-- example: greet-twice -->\n```java\n```\n", "greet-twice has no variant in 'java'"),
        ("<!-- example: greet region: iner -->\n```py\n```\n", "greet.py has no region 'iner'; did you mean 'inner'?"),
        ("<!-- run-as: great -->\n```py\n```\n", "did you mean 'greet'?"),
        ("<!-- example: greet -->\n```py\n", "never closed"),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest(page: ReadText, sources: Sources, text: str, sentence: str) -> None:
    """Examples, languages, regions, and the end of a fence."""
    (found,) = told(page, sources, text)
    assert (found.line, found.state) == (2, FenceState.UNKNOWN)
    assert sentence in found.sentence


def test_code_that_nothing_backs_is_untested(page: ReadText, sources: Sources) -> None:
    """In a language that this tool could run; a reason excuses it."""
    text = "```ts\na\n```\n```json\n{}\n```\n<!-- untested: on purpose -->\n```java\nb\n```\n"
    assert [(s.line, s.state, s.what) for s in told(page, sources, text)] == [
        (1, FenceState.UNTESTED, "node"),
        (8, FenceState.EXEMPT, "java"),
    ]


def test_a_table_that_lacks_an_example_has_drifted(page: ReadText, sources: Sources) -> None:
    """It shows which rows are wrong."""
    (found,) = told(page, sources, "<!-- examples: table -->\n| `greet` |\n<!-- /examples -->\n")
    assert (found.line, found.state) == (2, FenceState.DRIFTED)
    assert "-| `greet` |" in found.diff


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ({"greet[java]": "passed"}, FenceState.IN_STEP),
        ({"greet[java]": "failed"}, FenceState.NOT_PASSED),
        ({"greet[java]": "errored"}, FenceState.NOT_PASSED),
        ({"greet[java]": "skipped"}, FenceState.NOT_RUN),
        ({"greet[node]": "passed"}, FenceState.NOT_RUN),
    ],
)
def test_a_fence_counts_only_once_its_example_has_passed(
    page: ReadText, sources: Sources, outcomes: dict[str, str], state: FenceState
) -> None:
    """Where results are asked for: neither a skip nor a run that is not among them is a proof."""
    (found,) = told(page, sources, fence("java", *GREET["java"]))
    assert proved(found, outcomes, "greet[java]", "a run").state is state


def test_results_say_nothing_of_a_fence_that_has_drifted(page: ReadText, sources: Sources) -> None:
    """It stays drifted, whatever has passed."""
    (found,) = told(page, sources, fence("java", "old"))
    assert proved(found, {"greet[java]": "passed"}, "greet[java]", "a run") == found
