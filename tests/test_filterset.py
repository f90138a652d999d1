"""The language of filters: what is read, and what is said of a text that cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.core.errors import SelectionError
from dvara_examples.selection.filterset import WITH_PATTERN, WITHOUT, And, Filter, Not, Or, Predicate, parse_filter, predicates

SMOKE, JAVA, EVERY = Predicate("tag", "smoke"), Predicate("language", "java"), Predicate("all")

leaves = st.one_of(
    st.builds(Predicate, st.sampled_from(WITH_PATTERN), st.text(min_size=1)), st.builds(Predicate, st.sampled_from(WITHOUT))
)


def _joined(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, several), st.builds(Or, several))


trees: st.SearchStrategy[Filter] = st.recursive(leaves, _joined, max_leaves=12)


@given(trees)
def test_what_is_written_is_read_back(tree: Filter) -> None:
    """Every tree, whatever its words hold, is written as a text that parses to it."""
    assert parse_filter(str(tree)) == tree


@given(st.text(alphabet=st.sampled_from("()&|!\" '\\tagideor*allnot\n")) | st.text())
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    """Whatever is typed, there is a filter or one sentence with a column; and a filter is read back."""
    refused = ""
    try:
        parsed = parse_filter(text)
    except SelectionError as error:
        refused = str(error)
    assert "at column" in refused if refused else parse_filter(str(parsed)) == parsed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tag(smoke)", SMOKE),
        ("tag(smoke) & !language(java)", And((SMOKE, Not(JAVA)))),
        ("tag(smoke) and not language(java)", And((SMOKE, Not(JAVA)))),
        ("all() | tag(smoke) & language(java)", Or((EVERY, And((SMOKE, JAVA))))),
        ("(all() or tag(smoke)) & language(java)", And((Or((EVERY, SMOKE)), JAVA))),
        ("!(tag(smoke)|all())", Not(Or((SMOKE, EVERY)))),
        ("!!all()", Not(Not(EVERY))),
        ('  tag( "smoke" )\n', SMOKE),
        ("tag(and)", Predicate("tag", "and")),
        ("id(stream-*[node])", Predicate("id", "stream-*[node]")),
        (r'file("a \"b\" \\ c")', Predicate("file", r'a "b" \ c')),
    ],
)
def test_precedence_is_not_then_and_then_or(text: str, expected: Filter) -> None:
    """Signs and words mean the same, parentheses go before all, and quotes hold what is no word."""
    assert parse_filter(text) == expected


@pytest.mark.parametrize(
    ("text", "column", "told"),
    [
        ("", 1, "expected a predicate, ! or (, found the end; predicates are id(…), tag(…)"),
        ("tag(smoke) &", 13, "expected a predicate, ! or (, found the end"),
        ("tag(smoke) tag(fast)", 12, "expected &, | or the end, found 'tag'"),
        ("tags(smoke)", 1, "unknown predicate 'tags'; did you mean 'tag'?"),
        ("all() & lang(java)", 9, "unknown predicate 'lang'; did you mean 'language'?"),
        ("tag", 4, "expected ( after tag, found the end"),
        ("tag()", 5, "expected a word or a pattern with * and ?, as in tag(stream*), found ')'"),
        ('tag("")', 6, "expected a word or a pattern with * and ?, as in tag(stream*), found ''"),
        ("tag(smoke fast)", 11, "expected ), found 'fast'"),
        ("all(smoke)", 5, "expected ), found 'smoke'"),
        ("(all()", 7, "expected &, | or ), found the end"),
        ("all())", 6, "expected &, | or the end, found ')'"),
        ("all() && none()", 8, "expected a predicate, ! or (, found '&'"),
        ("tag('smoke')", 5, 'found "\'"; text with odd characters is written in "double quotes"'),
        ('tag("smoke)', 5, "found '\"'; text with odd characters"),
    ],
)
def test_a_mistake_is_told_with_its_column(text: str, column: int, told: str) -> None:
    """The sentence says where, what is expected there and what was found."""
    with pytest.raises(SelectionError) as refused:
        parse_filter(text)
    assert f"is wrong at column {column}: {told}" in str(refused.value)


@pytest.mark.parametrize("text", ["(" * 2_000 + "all()", "!" * 2_000 + "all()", "all() & " * 5_000 + "all()"])
def test_what_is_too_deep_or_too_long_is_refused(text: str) -> None:
    """No text makes the parser run out of room."""
    with pytest.raises(SelectionError, match="say it in fewer"):
        parse_filter(text)


def test_many_parts_are_no_depth() -> None:
    """A long list of alternatives is read, and its predicates stand in its order."""
    text = " | ".join(f"id(a{number})" for number in range(500))
    assert [predicate.pattern for predicate in predicates(parse_filter(text))] == [f"a{number}" for number in range(500)]
