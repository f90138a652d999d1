"""What the output bears witness to: texts and JSON."""

from dataclasses import replace

import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.expectations import parse_expectation
from tests.factories import make_output, make_transcript


@pytest.mark.parametrize(
    ("wanted", "ok"),
    [
        ({"contains": "world"}, True),
        ({"contains": ["Hello", "moon"]}, False),
        ({"lacks": "Traceback"}, True),
        ({"lacks": "Hello"}, False),
        ({"matches": r"^He\w+ "}, True),
        ({"matches": r"^second$"}, True),
        ({"matches": r"\d"}, False),
        ({"equals": "Hello world\nsecond\n"}, True),
        ({"equals": "Hello world\nsecond"}, False),
        ({"contains": "Hello", "lacks": "world"}, False),
    ],
)
def test_texts_are_held_against_one_pipe(wanted: object, ok: bool) -> None:
    """All assertions below one pipe must hold, exactly and character by character."""
    seen = make_transcript(stdout="Hello world\nsecond\n", stderr="moon 7 Traceback")
    assert parse_expectation("stdout", wanted).check(seen).ok is ok


def test_stderr_is_its_own_pipe() -> None:
    """What stands on stdout does not count for stderr."""
    seen = make_transcript(stdout="oops", stderr="")
    assert not parse_expectation("stderr", {"contains": "oops"}).check(seen).ok
    assert parse_expectation("stderr", {"equals": ""}).check(seen).ok


def test_the_first_miss_is_told_and_the_others_are_counted() -> None:
    """Of several misses one is told in full."""
    finding = parse_expectation("stdout", {"contains": ["a", "b", "c"]}).check(make_transcript(stdout="xyz"))
    assert finding.expected == "contains 'a' (and 2 more)"
    assert finding.seen == "'xyz'"


def test_output_that_was_not_kept_does_not_pass_as_equal() -> None:
    """An output with a gap never equals a text, even where the gap would hide the difference."""
    whole = make_transcript(stdout="abc")
    cut = replace(whole, stdout=replace(make_output("abc"), size_bytes=10))
    assert parse_expectation("stdout", {"equals": "abc"}).check(whole).ok
    assert not parse_expectation("stdout", {"equals": "abc"}).check(cut).ok


@pytest.mark.parametrize(
    ("wanted", "ok", "told"),
    [
        ({"contains": "begin"}, True, ""),
        ({"contains": "end"}, True, ""),
        ({"contains": "not kept"}, False, "nobody can tell"),
        ({"lacks": "begin"}, False, "must not be there"),
        ({"lacks": "end"}, False, "must not be there"),
        ({"lacks": "Traceback"}, False, "nobody can tell"),
        ({"matches": r"\d+ bytes"}, False, "nobody can tell"),
        ({"matches": r"\Abegin[\s\S]*end\Z"}, False, "nobody can tell"),
    ],
)
def test_of_an_output_with_a_gap_only_what_was_kept_is_vouched_for(wanted: object, ok: bool, told: str) -> None:
    """The gap may hold what is unwanted, and the remark that stands for it is no output of the example."""
    seen = replace(make_transcript(), stdout=replace(make_output("begin"), size_bytes=5000, tail=b"end"))
    finding = parse_expectation("stdout", wanted).check(seen)
    assert finding.ok is ok
    assert told in finding.sentence


@pytest.mark.parametrize("pattern", [".*", "x?", "^", "$", r"\Z", "a|", "(?:)"])
def test_a_pattern_that_any_text_matches_is_refused(pattern: str) -> None:
    """Such a pattern would hold whatever the example wrote."""
    with pytest.raises(InvalidValue, match="matches any text at all"):
        parse_expectation("stdout", {"matches": pattern})


@pytest.mark.parametrize("pattern", [r"\A\s*\Z", r"\A\Z", r"\A(?![\s\S]*Traceback)", "[^a]"])
def test_a_pattern_that_some_text_does_not_match_is_accepted(pattern: str) -> None:
    """What only an empty output, or one without a certain text, matches says something."""
    assert parse_expectation("stdout", {"matches": pattern}).key == "stdout"


@pytest.mark.parametrize(
    ("wanted", "ok"),
    [
        ({"equals": {"name": "John", "age": 30}}, True),
        ({"equals": {"name": "John", "age": 30.0}}, True),
        ({"equals": {"name": "John", "age": True}}, False),
        ({"at": {"/age": 30, "/name": "John"}}, True),
        ({"at": {"/nobody": 1}}, False),
        ({"at": {"": {"name": "John", "age": 30}}}, True),
        ({"schema": {"type": "object", "required": ["name"], "properties": {"age": {"type": "integer"}}}}, True),
        ({"schema": {"properties": {"age": {"type": "string"}}}}, False),
        ({"schema": {"$ref": "#/$defs/person", "$defs": {"person": {"required": ["name"]}}}}, True),
        ({"schema": {"$ref": "#/$defs/nobody"}}, False),
        ({}, True),
    ],
)
def test_stdout_is_one_json_document(wanted: object, ok: bool) -> None:
    """Values, JSON pointers and a schema are held against the document."""
    seen = make_transcript(stdout='{"name": "John", "age": 30}\n')
    assert parse_expectation("stdout_json", wanted).check(seen).ok is ok


@pytest.mark.parametrize(
    ("pointer", "ok"), [("/0", True), ("/1", False), ("/00", False), ("/-", False), ("/\u00b2", False), ("/+0", False)]
)
def test_a_list_is_pointed_into_by_plain_numbers(pointer: str, ok: bool) -> None:
    """RFC 6901 knows digits without leading zeros; anything else points to nothing."""
    assert parse_expectation("stdout_json", {"at": {pointer: 7}}).check(make_transcript(stdout="[7]")).ok is ok


def test_a_document_that_was_not_kept_whole_is_not_judged() -> None:
    """Where the end of stdout was not kept, the reason is that, and not a mistake of the example."""
    seen = replace(make_transcript(), stdout=replace(make_output("[1]"), size_bytes=5000))
    finding = parse_expectation("stdout_json", {}).check(seen)
    assert not finding.ok
    assert "more was written than is stored" in finding.sentence


@pytest.mark.parametrize("text", ["", "not json", '{"a": 1} trailing', "[" * 100_000, '{"a": NaN}', "-Infinity"])
def test_what_is_no_json_document_is_a_finding(text: str) -> None:
    """Text that is not one JSON document fails with the reason, however deep or empty it is."""
    finding = parse_expectation("stdout_json", {}).check(make_transcript(stdout=text))
    assert not finding.ok
    assert "not one JSON document" in finding.sentence


@pytest.mark.parametrize(
    ("key", "value", "path"),
    [
        ("stdout", "Hello", ("stdout",)),
        ("stdout", {}, ("stdout",)),
        ("stdout", {"contains": ""}, ("stdout", "contains")),
        ("stdout", {"contains": ["a", 7]}, ("stdout", "contains", 1)),
        ("stdout", {"contians": "a"}, ("stdout", "contians")),
        ("stderr", {"matches": ["ok", "(unclosed"]}, ("stderr", "matches", 1)),
        ("stderr", {"equals": False}, ("stderr", "equals")),
        ("stdout_json", {"at": {}}, ("stdout_json", "at")),
        ("stdout_json", {"at": {"name": 1}}, ("stdout_json", "at", "name")),
        ("stdout_json", {"schema": {"type": "strnig"}}, ("stdout_json", "schema")),
        ("stdout_json", {"schema": {"anyOf": [{"$ref": "other.json"}]}}, ("stdout_json", "schema")),
    ],
)
def test_a_wrong_value_says_where(key: str, value: object, path: tuple[str | int, ...]) -> None:
    """The path of a refusal leads to the offending part."""
    with pytest.raises(InvalidValue) as refused:
        parse_expectation(key, value)
    assert refused.value.path == path
