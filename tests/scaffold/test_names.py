"""What a new example is called."""

import pytest

from dvara_examples.core.errors import SelectionError
from dvara_examples.scaffold.names import checked_id, renamed, stem_for


@pytest.mark.parametrize(
    ("language", "example_id", "stem"),
    [
        ("python", "my-idea", "my_idea"),
        ("node", "my-idea", "my-idea"),
        ("java", "my-idea", "MyIdea"),
        ("java", "3-retries", "Example3Retries"),
        ("python", "retry-2-times", "retry_2_times"),
    ],
)
def test_each_language_spells_it_in_its_own_way(language: str, example_id: str, stem: str) -> None:
    """Snake, kebab or camel; a Java class never begins with a digit."""
    assert stem_for(language, example_id) == stem


@pytest.mark.parametrize(
    ("text", "hint"),
    [("My_Idea", "try 'my-idea'"), ("myIdea", "try 'my-idea'"), ("a--b", "try 'a-b'"), ("é", "lower-case words")],
)
def test_a_bad_id_is_told_with_one_that_would_do(text: str, hint: str) -> None:
    """The rule, and the nearest id that follows it."""
    with pytest.raises(SelectionError, match=hint):
        checked_id(text)


def test_the_word_for_everything_is_no_id() -> None:
    """`all` selects every example."""
    with pytest.raises(SelectionError, match="selects every example"):
        checked_id("all")


@pytest.mark.parametrize("stem", ["stream_basic", "stream-basic", "StreamBasic"])
def test_a_template_is_renamed_in_every_spelling(stem: str) -> None:
    """Region tags, file names and classes follow, longer words that hold the name do not."""
    text = "[START stream_basic] stream-basic.mjs class StreamBasic { StreamBasics x_stream_basic }"
    assert renamed(text, stem, "my-idea") == "[START my_idea] my-idea.mjs class MyIdea { StreamBasics x_stream_basic }"
