"""Plain values are checked with errors that say where, what was found and what is accepted."""

from collections.abc import Callable

import pytest

from dvara_examples.core.values import (
    InvalidValue,
    as_bool,
    as_int,
    as_list,
    as_mapping,
    as_one_of,
    as_pattern,
    as_seconds,
    as_text,
    as_texts,
    below,
    near_words,
    nearest,
)


@pytest.mark.parametrize(
    ("parse", "value", "message"),
    [
        (as_text, False, "expected text, found the boolean false; put it in quotes"),
        (as_text, 90, "found the number 90"),
        (as_text, None, "found nothing (null)"),
        (as_bool, "yes", "expected true or false, found the text 'yes'"),
        (as_int, True, "found the boolean true"),
        (as_int, 1.5, "found the number 1.5"),
        (as_int, -1, "expected a whole number from 0 up, found the number -1"),
        (as_seconds, "10s", "expected a number of seconds from 0 to 86400, found the text '10s'"),
        (as_seconds, float("nan"), "found the number nan"),
        (as_seconds, float("inf"), "found the number inf"),
        (as_list, "abc", "expected a list, found the text 'abc'; write [a, b]"),
        (as_mapping, [1, 2], "expected a mapping, found a list of 2"),
        (as_pattern, "(", "found '('; it does not compile: "),
        (as_pattern, "(" * 5000, "it does not compile: maximum recursion depth"),
        (as_pattern, "a{99999999999}", "it does not compile: the repetition number is too large"),
    ],
)
def test_a_wrong_value_is_named(parse: Callable[[object], object], value: object, message: str) -> None:
    """The message holds the found value and what is accepted."""
    with pytest.raises(InvalidValue) as refused:
        parse(value)
    assert message in str(refused.value)


def test_an_unknown_word_names_the_nearest() -> None:
    """A typing mistake is met with the word that was meant."""
    with pytest.raises(InvalidValue, match="did you mean 'python'"):
        as_one_of("pyhton", ("python", "node", "java"))
    assert nearest("Python", ("python",)) == "python"
    assert nearest("zzz", ("python",)) is None


@pytest.mark.parametrize(
    ("known", "hint"),
    [
        (("ab1", "ab2"), "did you mean 'ab1' or 'ab2'?"),
        (("ab1", "zz", "ab2", "ab3"), "did you mean 'ab1' or 'ab2' or 'ab3'?"),
        (("ab1", "ab2", "ab3", "ab4"), ""),
        (("ab1", "ab2", "abxx"), "did you mean 'abxx'?"),
    ],
)
def test_words_that_are_equally_near_are_all_named_or_none(known: tuple[str, ...], hint: str) -> None:
    """Naming one of them would be a guess, and more than three are a list again."""
    assert near_words("abx", known) == hint
    assert nearest("abx", known) == ("abxx" if "abxx" in known else None)


def test_an_unknown_key_is_an_error_on_the_key() -> None:
    """Whoever holds positions can point at the key instead of its value."""
    with pytest.raises(InvalidValue) as refused:
        as_mapping({"titel": 1}, ("title",))
    assert refused.value.on_key
    assert refused.value.path == ("titel",)


def test_paths_grow_from_the_inside() -> None:
    """Nested parsers each add their own step."""
    with pytest.raises(InvalidValue) as refused, below("outer"), below("inner", 3):
        as_texts(["a", 2])
    assert refused.value.path == ("outer", "inner", 3, 1)
