"""The page as text: well-formed whatever stands in it, and never greener than the exit code."""

from html.parser import HTMLParser
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dvara_examples.records.results import RunResult, Summary
from dvara_examples.reports import report_module
from dvara_examples.reports._target import file_target
from tests.reports.conftest import Write, about
from tests.reports.test_agreement import KINDS
from tests.reports.test_any_content import results

VOID = {"meta", "link"}
OURS = {
    *("html", "head", "meta", "title", "link", "style", "body", "header", "main", "section", "footer", "div", "p", "span", "a"),
    *(
        "h1",
        "h2",
        "h3",
        "h4",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "small",
        "b",
        "strong",
        "code",
        "pre",
        "dl",
        "dt",
        "dd",
    ),
    *("details", "summary", "ol", "li", "svg", "symbol", "circle", "path", "rect", "line", "text", "g", "use"),
}
LOADING = {"src", "srcset", "action", "formaction", "data", "poster", "background", "style"}


class Outline(HTMLParser):
    """Keeps which elements are open, and what a page must not have."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.strange: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that is not one of ours, or that loads or does something."""
        if tag not in VOID:
            self.opened.append(tag)
        strange = [name for name, _ in attrs if name in LOADING or name.startswith("on")]
        hrefs = [value for name, value in attrs if name == "href" and value != "data:," and not str(value).startswith("#")]
        self.strange += strange + hrefs if tag in OURS else [tag]  # type: ignore[operator]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element without content."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        if tag not in VOID:
            assert self.opened
            assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the headings."""
        if self.opened[-1:] == ["h1"]:
            self.headings.append(data)


def outline(page: str) -> Outline:
    """Read a page to its end."""
    read = Outline()
    read.feed(page)
    read.close()
    assert read.opened == []
    return read


@settings(max_examples=60)
@given(several=st.lists(results(), max_size=3))
def test_whatever_stands_in_it_the_page_is_ours(tmp_path_factory: pytest.TempPathFactory, several: list[RunResult]) -> None:
    """Elements are balanced and all of them ours, nothing loads or does anything, and the file can be written."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    with file_target(path) as target:
        reporter = report_module("html").open_report(about(several), target)
        for result in several:
            reporter.result(result)
        reporter.close(Summary.of(several))
    assert outline(path.read_text("utf-8")).strange == []


@pytest.mark.parametrize("how", [{}, {"interrupted": True}, {"allow_flaky": True}, {"part": True}], ids=str)
@pytest.mark.parametrize("mix", [mix for size in range(3) for mix in combinations(KINDS, size)], ids="-".join)
def test_it_is_as_red_as_the_exit_code(write: Write, how: dict[str, bool], mix: tuple[str, ...]) -> None:
    """Colour, sign and heading agree with the exit code, which is told."""
    several = [result for word in mix for result in KINDS[word]]
    code = Summary.of(several, **how).exit_code
    page = write("html", *several, **how)
    assert f'<header class="{"good" if code == 0 else "bad"}">' in page
    assert f"<title>{'✓' if code == 0 else '✗'} " in page
    assert f"exit code {code.value}<" in page
    (heading,) = outline(page).headings
    assert code == 0 or not heading.startswith(("All", "1 passed", "2 passed"))
