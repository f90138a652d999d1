"""Plain words: taken where YAML 1.1 and 1.2 agree, refused where they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.manifest.scalars import RefusedScalar, read_plain


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("hello", "hello"),
        ("stream-basic", "stream-basic"),
        ("1.2.3", "1.2.3"),
        ("y", "y"),
        ("-", "-"),
        ("..", ".."),
        ("12 monkeys", "12 monkeys"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("+12", 12),
        ("0x1F", 31),
        ("999999999999999999", 999_999_999_999_999_999),
        ("1.20", 1.2),
        ("-0.5", -0.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1.5e+3", 1500.0),
    ],
)
def test_what_both_versions_read_alike_is_taken(word: str, value: object) -> None:
    """Text, and the plainest spellings of null, booleans and numbers, mean what they say."""
    read = read_plain(word)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("word", "as_1_1", "as_1_2"),
    [
        ("no", "the boolean false", "text"),
        ("On", "the boolean true", "text"),
        ("010", "the number 8", "the number 10"),
        ("-07", "the number -7", "the number -7"),
        ("08", "text", "the number 8"),
        ("0o17", "text", "the number 15"),
        ("0b11", "the number 3", "text"),
        ("1_000", "the number 1000", "text"),
        ("1:30", "the number 90", "text"),
        ("1:30.5", "the number 90.5", "text"),
        ("1e3", "text", "the number 1e3"),
        ("1.5e3", "text", "the number 1.5e3"),
        ("2024-01-31", "a date", "text"),
        ("2024-13-99", "a date", "text"),
        ("=", "the mark of a default value", "text"),
        ("<<", "a merge key", "text"),
    ],
)
def test_what_they_read_differently_is_refused(word: str, as_1_1: str, as_1_2: str) -> None:
    """The message says what each version of YAML would make of the word, and how to write what is meant."""
    refused = read_plain(word)
    assert isinstance(refused, RefusedScalar)
    assert refused.found == f"the unquoted {word} (YAML 1.1: {as_1_1}, YAML 1.2: {as_1_2})"
    assert refused.hint.startswith("put it in quotes")


@pytest.mark.parametrize(
    "word", ["True", "FALSE", "Null", "~", ".inf", "-.INF", ".nan", "9" * 19, "9" * 5000, "1.0e+999", "0" * 5000 + "1"]
)
def test_odd_spellings_and_numbers_out_of_bounds_are_refused(word: str) -> None:
    """There is one spelling of each boolean and of null, and no number that JSON or a machine word could not hold."""
    refused = read_plain(word)
    assert isinstance(refused, RefusedScalar)
    assert len(refused.found) < 200


@given(st.text(alphabet="0123456789_+-.:eExXoObBaAfF~<=tTrRuUnN ", max_size=12))
def test_no_word_breaks_the_reading(word: str) -> None:
    """Whatever looks like a number is read or refused; what is read as a number is that number in Python too."""
    read = read_plain(word)
    if isinstance(read, float):
        assert read == float(word)
    elif isinstance(read, int) and not isinstance(read, bool):
        assert read == int(word, 0)
    else:
        assert read is None or isinstance(read, bool | str | RefusedScalar)
