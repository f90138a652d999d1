"""Shapes of plain values: what they accept, what their schema says, and that all problems are reported."""

import jsonschema
import pytest

from dvara_examples.core.shapes import ANYTHING, Shape, constant, either, entries, items, mapping, one_of, seconds, text, whole
from dvara_examples.core.values import InvalidValue

PAIR = mapping({"a": whole(1, 9), "b": items(one_of(("x", "y")))}, needed=("a",), most=2)
EITHER: Shape[object] = either(whole(0, 5), constant("none"), items(whole()), mapping({"a": seconds(0.5)}), expected="a thing")
HEADERS = entries(text(pattern="^[a-z]+$", expected="a small name"), text(1), "one at least")


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        (whole(1, 9), [1, 9], [0, 10, 1.5, True, "1", None]),
        (seconds(0.5, 2), [0.5, 1, 2.0], [0.49, 2.1, True, "1"]),
        (constant(True), [True], [False, "true"]),
        (constant("never"), ["never"], ["ever", True, None]),
        (one_of(("x", "y")), ["x"], ["z", 1, None]),
        (text(2), ["ab"], ["a", 1, None]),
        (items(whole(), 2), [[1, 2]], [[1], 1, [1, "2"], {}]),
        (PAIR, [{"a": 1}, {"a": 1, "b": ["x"]}], [{}, {"b": ["x"]}, {"a": 1, "c": 2}, {"a": 1, "b": []}, []]),
        (EITHER, [0, 5, "none", [1], {"a": 1}], [6, "other", [-1], {"a": 0.4}, {"b": 1}, True, None, 1.5]),
        (HEADERS, [{"ab": "x"}], [{}, {"A": "x"}, {"ab": ""}, {"ab": 1}, ["ab"]]),
        (ANYTHING, [None, 1, {}], []),
    ],
)
def test_the_schema_and_the_parser_take_the_same_values(shape: Shape[object], good: list[object], bad: list[object]) -> None:
    """Both come from one declaration, at its edges too."""
    validator = jsonschema.Draft202012Validator(shape.schema)
    for value in good:
        assert validator.is_valid(value)
        shape.parse(value)
    for value in bad:
        assert not validator.is_valid(value)
        with pytest.raises(InvalidValue):
            shape.parse(value)


def test_all_that_is_wrong_in_a_value_is_reported_with_its_path() -> None:
    """Lists and mappings go on after the first problem."""
    with pytest.raises(InvalidValue) as caught:
        PAIR.parse({"a": 0, "b": ["x", "z", 7], "c": 1})
    assert [(problem.path, problem.on_key) for problem in caught.value.all()] == [
        (("a",), False),
        (("b", 1), False),
        (("b", 2), False),
        (("c",), True),
    ]
    assert [problem.path for problem in caught.value.under("top").all()] == [
        ("top", "a"), ("top", "b", 1), ("top", "b", 2), ("top", "c"),
    ]  # fmt: skip


def test_a_bad_name_is_a_problem_of_the_key() -> None:
    """Where a key is at fault, its own position is reported, and its value next to it."""
    with pytest.raises(InvalidValue) as caught:
        HEADERS.parse({"A": ""})
    assert [(problem.path, problem.on_key, problem.found) for problem in caught.value.all()] == [
        (("A",), True, "'A'"),
        (("A",), False, "''"),
    ]


def test_what_fits_no_type_is_told_all_that_is_accepted() -> None:
    """Of several shapes the one of the value's type speaks about what is inside it; a bare number is told all of them."""
    for value in (None, 6, "other"):
        with pytest.raises(InvalidValue, match="expected a thing, found"):
            EITHER.parse(value)
    with pytest.raises(InvalidValue) as caught:
        EITHER.parse([1, -1])
    assert (caught.value.path, caught.value.expected) == ((1,), "a whole number from 0 up")


def test_just_one_of_several_keys() -> None:
    """None and two of them are refused, by the schema as well."""
    shape = mapping({"a": whole(), "b": whole(), "c": whole()}, exactly_one=("a", "b"))
    validator = jsonschema.Draft202012Validator(shape.schema)
    shape.parse({"a": 1, "c": 2})
    assert validator.is_valid({"a": 1, "c": 2})
    for value in ({"c": 2}, {"a": 1, "b": 2}, {}):
        assert not validator.is_valid(value)
        with pytest.raises(InvalidValue, match="expected one of a, b, found"):
            shape.parse(value)
