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
    nearest,
)


@pytest.mark.parametrize(
    ("parse", "value", "message"),
    [
        (as_text, False, "found the boolean false; text is accepted; put it in quotes"),
        (as_text, 90, "found the number 90"),
        (as_text, None, "found nothing (null)"),
        (as_bool, "yes", "found the text 'yes'; true or false is accepted"),
        (as_int, True, "found the boolean true"),
        (as_int, 1.5, "found the number 1.5"),
        (as_int, -1, "a whole number from 0 up is accepted"),
        (as_seconds, "10s", "found the text '10s'; a number of seconds from 0 to 86400"),
        (as_seconds, float("nan"), "found the number nan"),
        (as_seconds, float("inf"), "found the number inf"),
        (as_list, "abc", "found the text 'abc'; a list is accepted"),
        (as_mapping, [1, 2], "found a list of 2; a mapping is accepted"),
        (as_pattern, "(", "found the pattern '(', which does not compile"),
        (as_pattern, "(" * 5000, "which does not compile (maximum recursion depth"),
        (as_pattern, "a{99999999999}", "which does not compile (the repetition number is too large)"),
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
