from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.records.serialization import from_plain, to_plain


class Colour(StrEnum):
    """A word among others."""

    RED = "red"


@dataclass(frozen=True, slots=True)
class Inner:
    """A value within a value."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Everything:
    """One field of every type that has a plain form."""

    text: str
    number: int
    seconds: float
    flag: bool
    maybe: int | None
    word: Literal["a", "b"]
    colour: Colour
    inner: Inner
    items: tuple[Inner, ...]
    pairs: tuple[tuple[str, int], ...]
    names: Mapping[str, str]
    anything: Mapping[str, object]


VALUE = Everything(
    text="é",
    number=-3,
    seconds=0.1,
    flag=True,
    maybe=None,
    word="b",
    colour=Colour.RED,
    inner=Inner(b"\xff"),
    items=(Inner(b"yes"), Inner(b"")),
    pairs=(("one", 1),),
    names={"node": "22"},
    anything={"list": [1, None, {"deep": True}]},
)

PLAIN: dict[str, object] = {
    "text": "é",
    "number": -3,
    "seconds": 0.1,
    "flag": True,
    "maybe": None,
    "word": "b",
    "colour": "red",
    "inner": {"data_base64": "/w=="},
    "items": [{"data": "yes"}, {"data": ""}],
    "pairs": [["one", 1]],
    "names": {"node": "22"},
    "anything": {"list": [1, None, {"deep": True}]},
}


def test_every_type_has_its_plain_form() -> None:
    """Bytes are text or base64, enums their words, tuples lists; everything else is as it is."""
    assert to_plain(VALUE) == PLAIN


def test_the_plain_form_leads_back() -> None:
    """Reading the plain form gives an equal value, with enums and tuples restored."""
    read = from_plain(Everything, PLAIN)
    assert read == VALUE
    assert type(read.colour) is Colour


def test_a_field_may_be_left_out_and_given() -> None:
    """A field that is written elsewhere is left out of the plain form and handed in when it is read."""
    plain = to_plain(VALUE, leave_out=frozenset({"items"}))
    assert isinstance(plain, dict)
    assert "items" not in plain
    assert from_plain(Everything, plain, given={"items": VALUE.items}) == VALUE


def test_a_type_without_a_plain_form_is_refused() -> None:
    """A value that JSON could not hold is not quietly turned into text."""
    with pytest.raises(TypeError, match="set has no plain form"):
        to_plain({"a": {1}})


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"text": 1}, ("text",)),
        ({"number": 1.5}, ("number",)),
        ({"number": True}, ("number",)),
        ({"seconds": "1"}, ("seconds",)),
        ({"seconds": float("nan")}, ("seconds",)),
        ({"flag": 1}, ("flag",)),
        ({"maybe": "x"}, ("maybe",)),
        ({"word": "c"}, ("word",)),
        ({"colour": "blue"}, ("colour",)),
        ({"inner": {"data": 1}}, ("inner", "data")),
        ({"inner": {"data_base64": "?"}}, ("inner", "data_base64")),
        ({"inner": {"data_base64": "é"}}, ("inner", "data_base64")),
        ({"inner": {}}, ("inner", "data")),
        ({"items": "text"}, ("items",)),
        ({"items": [{"data": ""}, {"date": ""}]}, ("items", 1, "date")),
        ({"pairs": [["one", 1, 2]]}, ("pairs", 0)),
        ({"pairs": [["one", "1"]]}, ("pairs", 0, 1)),
        ({"names": {"node": 22}}, ("names", "node")),
        ({"names": []}, ("names",)),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(change: dict[str, object], path: tuple[str | int, ...]) -> None:
    """Whatever is missing, unknown or of a wrong type is refused, and the error leads to it."""
    with pytest.raises(InvalidValue) as caught:
        from_plain(Everything, PLAIN | change)
    assert caught.value.path == path
