"""``--report markdown``, rendered by a parser of Markdown that is not ours."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from dvara_examples.records.results import Summary
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports._target import file_target
from dvara_examples.reports.markdown import GITHUB_DROPS_ABOVE_BYTES, MOST_BYTES, escaped, open_report
from tests.factories import make_transcript
from tests.reports.conftest import ONE_OF_EACH, Write, about, make_result

OURS = {"h2", "p", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "pre", "code", "strong"}


class Page(HTMLParser):
    """The elements and the text of a rendered page."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self._data: list[str] = []
        self.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))
        self.text = "".join(self._data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element's name."""
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self._data.append(data)


def test_the_table_has_a_row_per_example_and_a_column_per_language(write: Write) -> None:
    """What was not run in a language is a dash."""
    page = Page(write("markdown", *ONE_OF_EACH, make_result(variant_id="alone[java]")))
    rows = re.findall(r"\n(stream-\d|alone)\n(.+)\n(.+)\n", page.text)
    assert [row[0] for row in rows] == ["stream-0", "stream-1", "stream-2", "stream-3", "alone"]
    assert rows[1][1] == "❌ failed 2.5 s"
    assert rows[4][1:] == ("-", "✅ passed 2.5 s")


def test_details_are_told_of_what_did_not_pass_alone(write: Write) -> None:
    """One part to unfold per failure and error, the failed ones first; a reason for many skips stands once."""
    page = Page(write("markdown", *reversed(ONE_OF_EACH)))
    assert page.tags.count("details") == 4
    found = re.findall(r"(failed|errored): (stream-\d\[\w+\])", page.text)
    assert [word for word, _ in found] == ["failed", "failed", "errored", "errored"]
    assert page.text.count("skipped stream-3[java], stream-3[python]: no JDK 21") == 1
    assert "expected  done" in page.text
    assert "At examples/java/stream_basic.x:12, docs/streaming.md:40" in page.text


NASTY = (
    "| pipe `code` **bold** _it_ <b>x</b> <!-- &amp; [link](http://x) ![i](y) @you #12 ~~s~~ \\ | https://a.b www.a.b",
    "```\n</code></pre></details><script>alert(1)</script>\n~~~\n````\n# heading",
    "\u202eback\x1b[31m\r\n\x00",
)


@pytest.mark.parametrize("nasty", NASTY)
def test_foreign_text_is_but_text(write: Write, nasty: str) -> None:
    """Wherever it stands, no element comes of it that is not ours, and all of it can be read."""
    transcript = make_transcript(stdout=nasty, stderr=nasty)
    bad = make_result(Outcome.FAILED, reason=nasty, transcript=transcript)
    odd = make_result(Outcome.ERRORED, f"{nasty.split()[0]}[node]", reason=nasty)
    page = Page(write("markdown", bad, odd, make_result(Outcome.SKIPPED, reason=nasty)))
    assert set(page.tags) <= OURS
    assert page.tags.count("details") == 2
    assert page.tags.count("td") == 2 * 3
    for word in re.findall(r"\w{3,}", nasty.replace("\x1b", "")):
        assert word in page.text
    assert "\u202e" not in page.text


@pytest.mark.parametrize("sign", list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"))
def test_every_sign_comes_out_as_it_went_in(sign: str) -> None:
    """Punctuation at the begin of a line, around a word and alone."""
    text = f"{sign} {sign}a{sign} 1{sign} {sign}{sign}{sign}"
    page = Page(escaped(text))
    assert page.text.strip().replace("\u200b", "") == text
    assert page.tags == ["p"]


def test_nobody_is_mentioned() -> None:
    """What GitHub takes for a mention or a reference has something invisible behind its first sign."""
    assert Page(escaped("@you and #12")).text.strip() == "@\u200byou and #\u200b12"


@pytest.mark.parametrize("text", ["https://a.b/c", "www.a.b", ":smile:", "a@b.c", "<https://a.b>", "$x$", "ftp://a"])
def test_what_github_makes_links_and_pictures_of_is_broken_up(text: str) -> None:
    """What CommonMark leaves alone and GitHub does not is no run of its signs any more, and reads the same."""
    assert text not in escaped(text)
    assert Page(escaped(text)).text.strip().replace("\u200b", "") == text


def test_plain_text_stays_readable() -> None:
    """Names of files and sentences need no character references."""
    text = "examples/python/stream_basic.py:12, docs/a-b.md:3, it's 50% (or so); done"
    assert escaped(text) == text


def test_a_summary_never_gets_too_long(write: Write) -> None:
    """Thousands of failures fit in 1 MiB, with a note of what was left out."""
    loud = make_transcript(stdout="ä" * 5_000, stderr="<" * 5_000)
    results = [make_result(Outcome.FAILED, f"case-{number}[java]", transcript=loud) for number in range(3_000)]
    text = write("markdown", *results, *(replace(r, variant_id=f"more-{n}[java]") for n, r in enumerate(results * 3)))
    assert len(text.encode()) <= MOST_BYTES
    assert re.search(r"\d+ more rows are left out|\d+ more sections are left out", text)
    assert Page(text).tags.count("details") > 20


def test_what_others_wrote_into_a_shared_summary_stays(tmp_path: Path) -> None:
    """The file of a step's summary belongs to the whole step."""
    path = tmp_path / "summary"
    path.write_text("before\n")
    with file_target(path, keep=True) as target:
        target.write("after\n")
    assert path.read_text() == "before\nafter\n"


@pytest.mark.parametrize("before_bytes", [0, 400_000, 998_000, 1_000_000, 1_048_000, 1_048_560, 2_000_000])
def test_two_reports_in_one_summary_stay_below_what_github_takes(tmp_path: Path, before_bytes: int) -> None:
    """GitHub drops a summary above 1 MiB whole: what others wrote counts, and the little that fits is still written."""
    path = tmp_path / "summary"
    path.write_bytes(b"x" * before_bytes)
    loud = make_transcript(stdout="\u00e4" * 5_000, stderr="<" * 5_000)
    results = [make_result(Outcome.FAILED, f"case-{number}[java]", transcript=loud) for number in range(300)]
    with file_target(path, keep=True) as target:
        report = open_report(about(results), target)
        for result in results:
            report.result(result)
        report.close(Summary.of(results))
    text = path.read_bytes()
    assert text.startswith(b"x" * before_bytes)
    assert len(text) <= max(before_bytes, GITHUB_DROPS_ABOVE_BYTES)
    if before_bytes <= 1_048_000:
        assert b"## dvara-examples: not passed" in text
