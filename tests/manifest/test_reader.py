"""The reader and the finder of positions, held against PyYAML's own composer."""

import json
import re
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.core.values import Path
from dvara_examples.manifest.positions import find_positions
from dvara_examples.manifest.reader import Unreadable, read_document
from dvara_examples.manifest.source import Position

# PyYAML writes by the rules of YAML 1.1, where `0E0` and `0o7` are texts and need no quotes; read by 1.2 they are numbers.
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"])).filter(
    lambda text: not re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+", text)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abé🌍 ", max_size=4), inner, max_size=4),
    max_leaves=25,
)


def test_a_number_of_yaml_1_2_has_to_be_quoted_to_be_text() -> None:
    """What PyYAML writes without quotes and others read as a number is refused, and quoted it is text."""
    assert yaml.safe_dump("0E0").startswith("0E0\n")
    assert read_document("0E0\n").problems != []
    assert read_document("'0E0'\n").value == "0E0"


def composed(node: yaml.Node, path: Path = ()) -> Iterator[tuple[tuple[Path, bool], Position]]:
    """Yield every spot below *node* with the position that PyYAML's composer gives it."""
    yield (path, False), (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from composed(item, (*path, index))
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield ((*path, key.value), True), (key.start_mark.line + 1, key.start_mark.column + 1)
            yield from composed(value, (*path, key.value))


@given(JSON, st.booleans(), st.integers(1, 6))
def test_what_pyyaml_writes_is_read_back(value: object, flow: bool, indent: int) -> None:
    """Any JSON value, dumped by PyYAML in either style, comes back as it was."""
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow, indent=indent, width=40, sort_keys=False)
    document = read_document(text)
    assert document.problems == []
    assert json.dumps(document.value) == json.dumps(value)


@given(JSON, st.booleans())
def test_every_position_is_that_of_the_composer(value: object, flow: bool) -> None:
    """Lines and columns of all keys and values are those that PyYAML's own tree of nodes carries."""
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow, width=40, sort_keys=False)
    root = yaml.compose(text, yaml.SafeLoader)
    assert root is not None
    expected = dict(composed(root))
    assert find_positions(text, expected.keys(), {}) == expected


@given(st.text("ab:-[]{},&*!|>'\"#? \n\t%@`~<0", max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever stands in a file, it is a document, perhaps with problems, or unreadable with a problem that has a position."""
    try:
        problems = read_document(text, {"a"}).problems
    except Unreadable as error:
        problems = error.problems
        assert problems
    assert all(p.at is not None and p.at >= (1, 1) for p in problems)


def test_columns_count_characters() -> None:
    """A character is one column, however many bytes it takes."""
    text = 'é: {"🌍🌍": [ü, "x"]}\n'
    assert find_positions(text, {(("é", "🌍🌍", 1), False)}, {}) == {(("é", "🌍🌍", 1), False): (1, text.index('"x"') + 1)}


def test_landmarks_are_the_positions_of_items_and_keys() -> None:
    """Only containers under the words asked for keep the positions of what is in them."""
    landmarks = read_document("a:\n- b: {c: 1, d: 2}\n-\n  e: 1\n", {"a", "b"}).landmarks
    positions = {path: {step: (m.line, m.column) for step, m in marks.items()} for path, marks in landmarks.items()}
    assert positions == {("a",): {0: (1, 2), 1: (3, 2)}, ("a", 0, "b"): {"c": (1, 6), "d": (1, 12)}}


def test_an_alias_is_the_very_object_it_stands_for() -> None:
    """Aliases copy nothing, and what lies inside one is found where it was written."""
    text = "a: &x {k: [1, 2]}\nb: [*x, *x]\nc: &y [*x]\n"
    document = read_document(text)
    assert isinstance(document.value, dict)
    assert document.value["b"][0] is document.value["a"] is document.value["c"][0]
    spots = {(("b", 1, "k", 1), False): (1, 15), (("b", 1), False): (2, 9), (("c", 0, "k"), True): (1, 8)}
    assert find_positions(text, spots.keys(), document.aliases) == spots


def test_an_anchor_may_be_given_anew() -> None:
    """The last anchor of a name before an alias is the one that counts, as YAML has it."""
    assert read_document("[&a 1, *a, &a 2, *a]").value == [1, 1, 2, 2]


def test_aliases_may_stand_for_many_values_but_not_for_too_many() -> None:
    """A hundred thousand repeated values are taken, one more is not; those inside an anchor's own aliases count."""
    ten = "a: &a [" + ", ".join("x" * 9) + "]\n"
    thousand = ten + "b: &b [" + ", ".join(["*a"] * 99) + ", 0, 0, 0, 0, 0, 0, 0, 0, 0]\n"
    most = 99 * ["*b"] + 23 * ["*a"]  # with those in b itself: 99 * 999 + 122 * 9 = 99 999 more than are written out
    assert read_document(f"{thousand}c: [{', '.join(most)}]").problems == []
    with pytest.raises(Unreadable):
        read_document(f"{thousand}c: [{', '.join(most)}, *a]")


def test_a_key_that_is_refused_takes_its_value_along() -> None:
    """What stands under a refused key goes nowhere, and what follows is read all the same."""
    document = read_document("1: {a: b}\n? [x, y]\n: {a: [b]}\nno: c\na: 1\na: {b: 2}\n<<: {a: 3}\nz: 9\n")
    assert document.value == {"a": 1, "z": 9}
    assert [p.at for p in document.problems] == [(1, 1), (2, 3), (4, 1), (6, 1), (7, 1)]
