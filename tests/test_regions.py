"""Region tags of scripts."""

import pytest

from dvara_examples.docs_ci.regions import BadRegion, find_regions


def test_a_region_is_what_stands_between_its_tags_without_common_indentation() -> None:
    """Text, line numbers and what was taken off."""
    text = "import os\n\nif True:\n    # [START part]\n    one()\n\n        two()\n    # [END part]\nthree()\n"
    region = find_regions(text)["part"]
    assert region.lines == ("one()", "", "    two()")
    assert (region.first_line, region.last_line, region.indent) == (5, 7, "    ")


def test_a_region_inside_another_shows_no_tag_in_either() -> None:
    """Both have their own lines, and the outer one keeps the numbers of its lines."""
    text = "// [START outer]\na\n// [START inner]\nb\n// [END inner]\nc\n// [END outer]\n"
    regions = find_regions(text)
    assert regions["outer"].lines == ("a", "b", "c")
    assert regions["outer"].numbers == (2, 4, 6)
    assert regions["inner"].lines == ("b",)
    assert list(regions) == ["outer", "inner"]


def test_lines_are_counted_as_editors_do() -> None:
    """Neither CR LF nor a separator inside a line moves the numbers."""
    region = find_regions("x = '\u2028\f'\r\n# [START a]\r\ny\r\n# [END a]\r\n")["a"]
    assert (region.lines, region.first_line) == (("y",), 3)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("# [START a]\nx\n", 1, "has no [END a]"),
        ("x\n# [END a]\n", 2, "has not begun"),
        ("# [START a]\nx\n# [END a]\n# [START a]\ny\n# [END a]\n", 4, "a second time"),
        ("# [START a]\n# [START b]\nx\n# [END a]\n# [END b]\n", 4, "ends inside b"),
        ("# [START a]\n# [END a]\n", 2, "is empty"),
    ],
)
def test_tags_that_do_not_fit_together_are_told_with_their_line(text: str, line: int, told: str) -> None:
    """Each way to be wrong has its sentence."""
    with pytest.raises(BadRegion, match=r".") as refused:
        find_regions(text)
    assert refused.value.line == line
    assert told in str(refused.value)


@pytest.mark.parametrize("text", ['print("# [START a]")\n', "# see [START a] above\n", "#[STARTS a]\n"])
def test_what_only_looks_like_a_tag_is_none(text: str) -> None:
    """A tag stands alone on its line."""
    assert find_regions(text) == {}
