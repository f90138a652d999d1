"""The page, as a real browser renders it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.results import RunResult, SourceLine, Summary
from dvara_examples.records.transcript import ProcessEnd, Transcript
from dvara_examples.records.transcript_file import read_transcript
from dvara_examples.records.verdict import Outcome, Verdict
from dvara_examples.reports import SessionInfo, Target
from dvara_examples.reports.html import open_report
from dvara_examples.session.judge import judge
from tests.factories import make_exchange, make_transcript, numbered
from tests.make_transcripts import transcript_path
from tests.reports.browser import Browser, open_browser

HOSTILE = (
    "</pre></title></svg><script>document.title='owned'</script><img src='http://127.0.0.1:9/x'>&amp;\x1b[31m\x00\u202e\udc80"
)
STEADY = [(0.5 + number / 10, f"w{number} ") for number in range(10)]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all of them; each test opens a page of its own."""
    with open_browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def result_of(transcript: Transcript, **more: object) -> RunResult:
    """Judge *transcript* and wrap the verdict."""
    run = transcript.run
    stored = Path("/runs/x.jsonl")
    return replace(RunResult(run.variant_id, run.language, judge(transcript), transcript, stored), **more)  # type: ignore[arg-type]


def without_run(variant_id: str, language: str, outcome: Outcome, reason: str) -> RunResult:
    """Return a result that has no transcript."""
    return RunResult(variant_id, language, Verdict(outcome, reason=reason))


def page_of(results: Sequence[RunResult], *, interrupted: bool = False, missing: Sequence[tuple[str, str]] = ()) -> str:
    """Return the page on *results*; *missing* were planned and never came."""
    written: list[str] = []
    planned = (*dict.fromkeys((result.variant_id, result.language) for result in results), *missing)
    about = SessionInfo("0.1.0", "2026-11-22T20:00:00+00:00", "embedded", "locked", (), planned, ".dvara-examples/runs/x")
    report = open_report(about, Target(written.append, written.append, None))
    for result in results:
        report.result(result)
    report.close(Summary.of(results, interrupted=interrupted))
    (page,) = written
    return page


def show(browser: Browser, page: str, tmp_path: Path, width: int = 1000) -> None:
    """Write *page* to a file and open it in a window that is *width* wide; nothing else may be asked for or complained of."""
    browser.complaints.clear()
    browser.requested.clear()
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    file = tmp_path / "report.html"
    file.write_text(page, "utf-8")
    browser.open(file.as_uri())
    browser.evaluate("1")
    assert browser.complaints == []
    assert browser.requested == [file.as_uri()]


def texts(browser: Browser, selector: str) -> list[str]:
    """Return what is written in each element that *selector* finds, blanks put together."""
    found = browser.evaluate(
        f"Array.from(document.querySelectorAll({selector!r}), e => e.textContent.replace(/\\s+/g, ' ').trim())"
    )
    return cast("list[str]", found)


def boxes(browser: Browser, selector: str) -> list[tuple[float, float]]:
    """Return where each element that *selector* finds begins and ends on the screen, from left to right."""
    box = "e => (box => [box.left, box.right])(e.getBoundingClientRect())"
    found = browser.evaluate(f"Array.from(document.querySelectorAll({selector!r}), {box})")
    return [(left, right) for left, right in cast("list[list[float]]", found)]


PASSED = result_of(
    make_transcript(stdout=STEADY, exchanges=[make_exchange(STEADY)], expect={"exit": 0, "progressive": True}),
    title="Tokens are printed as they arrive",
    places=(SourceLine("examples/python/stream_basic.py", 12),),
)
BURST = result_of(
    make_transcript(
        variant_id="stream-basic[node]",
        stdout=[(1.9, "".join(text for _, text in STEADY))],
        exchanges=[make_exchange(STEADY)],
        expect={"exit": 0, "progressive": True},
    )
)
SKIPPED = without_run("stream-basic[java]", "java", Outcome.SKIPPED, "no JDK 21 or newer was found")


def test_the_matrix_says_what_became_of_each_example_in_each_language(browser: Browser, tmp_path: Path) -> None:
    """Outcome, duration and finding, a skip's reason, what tells a flaky run, what was not run, and what does not exist."""
    flaky = replace(PASSED, variant_id="chat-basic[python]", earlier=(replace(BURST, variant_id="chat-basic[python]"),))
    missing = [("chat-basic[node]", "node")]
    show(browser, page_of([PASSED, BURST, SKIPPED, flaky], interrupted=True, missing=missing), tmp_path)
    assert texts(browser, ".matrix thead th") == ["example", "python", "node", "java"]
    assert texts(browser, ".matrix tbody td") == [
        "✓ passed 2.50 s",
        "✗ failed 2.50 sprogressive",
        "- skippedno JDK 21 or newer was found",
        "✓ passed flaky 2.50 s",
        "not run",
        "·",
    ]
    assert texts(browser, "h1") == ["1 failed of 4 runs"]
    assert "exit code 130" in texts(browser, ".counts")[0]
    assert texts(browser, "header .alert") == ["The session was interrupted; what had ended is shown, 1 runs are missing."]


def test_a_flaky_session_is_not_called_a_good_one(browser: Browser, tmp_path: Path) -> None:
    """Where runs passed, but not at once, the heading says so, and the attempt that failed is kept below the one that counts."""
    show(browser, page_of([PASSED, replace(PASSED, variant_id="flaky[python]", earlier=(BURST,))]), tmp_path)
    assert texts(browser, "h1") == ["1 flaky of 2 runs"]
    assert texts(browser, ".counts span") == ["2 passed", "1 of them flaky", "exit code 1"]
    assert texts(browser, "details.run[open] > summary code") == ["flaky[python]"]
    assert texts(browser, "details.run[open] details.run.failed > summary") == ["✗ failed attempt 1 2.50 s progressive"]


def test_repetitions_are_told_apart(browser: Browser, tmp_path: Path) -> None:
    """A variant that was run several times has one cell with a line for each, and a sum at the top."""
    show(browser, page_of([replace(PASSED, repetition=1), replace(PASSED, repetition=2)]), tmp_path)
    assert texts(browser, ".matrix td a") == ["✓ passed #1 2.50 s", "✓ passed #2 2.50 s"]
    assert texts(browser, ".repeated") == ["stream-basic[python]: 2 of 2 passed"]


def test_what_did_not_pass_stands_first_and_open(browser: Browser, tmp_path: Path) -> None:
    """A failed run is unfolded with its sentence, expected and seen, and the command; a passed one is folded."""
    show(browser, page_of([PASSED, BURST]), tmp_path)
    assert texts(browser, "details.run[open] > summary code") == ["stream-basic[node]"]
    assert texts(browser, "details.run:not([open]) > summary code") == ["stream-basic[python]"]
    assert "flush each piece" in texts(browser, ".run.failed .finding p")[0]
    assert texts(browser, ".run.failed .finding dd") == [
        "pieces on stdout as they arrive",
        "0% of it on stdout, in 0 pieces, when the last piece came at 1.40 s (stream, request 1)",
    ]
    commands = ["dvara-examples run 'stream-basic[node]'", "dvara-examples explain progressive"]
    assert texts(browser, ".run.failed .again code") == commands


def test_a_burst_looks_other_than_a_stream(browser: Browser, tmp_path: Path) -> None:
    """Each event and each piece is one mark; steady pieces are spread like the wire, a burst is one mark behind all events."""
    show(browser, page_of([PASSED, BURST]).replace("<details class", "<details open class"), tmp_path)
    for outcome, pieces in (("passed", 10), ("failed", 1)):
        wire = boxes(browser, f".run.{outcome} .attempt .mark.text")
        stdout = boxes(browser, f".run.{outcome} .pipe.stdout .mark")
        assert (len(wire), len(stdout)) == (10, pieces)
        spread = stdout[-1][0] - stdout[0][0]
        assert (spread > 200) == (outcome == "passed")
        assert stdout[-1][0] >= wire[-1][0] - 0.5


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_can_be_seen(browser: Browser, tmp_path: Path, ending: Ending) -> None:
    """Each stored run has its bar, its word, a symbol that fits, and the end of its process at the right edge."""
    result = result_of(read_transcript(transcript_path(ending)))
    show(browser, page_of([result]).replace("<details class", "<details open class"), tmp_path)
    assert texts(browser, ".attempt .label") == [str(ending)]
    symbol = {"done": "whole", "answered": "whole", "stalled": "pause", "client_closed": "left"}
    wanted = symbol.get(str(ending).removesuffix("_without_sentinel"), "broken")
    assert browser.evaluate("document.querySelector('.ending').getAttribute('href')") == f"#{wanted}"
    ((left, right),) = boxes(browser, "svg.timeline")
    ((at, _),) = boxes(browser, ".timeline .exit line")
    assert left < at <= right + 1
    silences = boxes(browser, ".timeline .silence")
    assert bool(silences) == (ending is Ending.STALLED)
    assert all(to - from_ > (right - left) / 2 for from_, to in silences)


def test_retries_are_bars_side_by_side(browser: Browser, tmp_path: Path) -> None:
    """Three attempts are three bars in the order of time, each with its ending; what overlaps lies in another row."""
    lost = [make_exchange("a", ending=Ending.RESET, started_at_s=at_s, ended_at_s=at_s + 0.4) for at_s in (0.5, 1.2)]
    last = make_exchange([(2.0, "a"), (2.1, "b")], started_at_s=1.9, ended_at_s=2.2)
    beside = make_exchange("a", started_at_s=2.0, ended_at_s=2.3)
    show(browser, page_of([result_of(make_transcript(exchanges=numbered(*lost, last, beside)))]), tmp_path)
    browser.evaluate("document.querySelector('details.run').open = true")
    tops = cast(
        "list[float]", browser.evaluate("Array.from(document.querySelectorAll('rect.bar[x*=\"%\"]'), e => +e.getAttribute('y'))")
    )
    bars = boxes(browser, ".attempt rect.bar")
    assert bars[0][1] < bars[1][0] < bars[1][1] < bars[2][0]
    assert len(set(tops[:3])) == 1
    assert tops[3] > tops[2]
    assert texts(browser, ".attempts li b") == ["reset", "reset", "done", "done"]


def test_what_examples_and_gateways_write_stays_text(browser: Browser, tmp_path: Path) -> None:
    """Markup, scripts, addresses and characters that turn others about are shown, and do nothing."""
    exchange = make_exchange([(0.5, HOSTILE)], ending=Ending.RESET, error=HOSTILE, notes=(HOSTILE,))
    transcript = make_transcript(
        variant_id="x<b>[python]", stdout=HOSTILE.replace("\udc80", ""), stderr="<b>bold</b>", exchanges=[exchange]
    )
    run = replace(transcript.run, argv=(HOSTILE,), versions={HOSTILE: HOSTILE}, gateway=HOSTILE, reproduce=HOSTILE)
    hostile = replace(transcript, run=run, expect={"exit": 1, "stdout": {"contains": HOSTILE}})
    place = SourceLine(HOSTILE, 1)
    results = [
        result_of(hostile, title=HOSTILE, places=(place, place)),
        without_run("y[<i>]", "<i>", Outcome.ERRORED, HOSTILE),
        without_run("z[<i>]", "<i>", Outcome.SKIPPED, HOSTILE),
    ]
    show(browser, page_of(results), tmp_path)
    assert browser.evaluate("document.querySelectorAll('script, img, iframe, object, .body i, .body b > b').length") == 0
    assert browser.evaluate("document.title") == "✗ 1 failed, 1 could not run of 3 runs · dvara-examples"
    shown = texts(browser, ".run.failed pre")
    assert "<script>document.title='owned'</script>" in shown[0]
    assert "&amp;\\x1b[31m\\x00\\u202e" in shown[0]
    assert shown[1] == "<b>bold</b>"


def test_nothing_may_be_loaded_and_no_script_may_run(browser: Browser, tmp_path: Path) -> None:
    """Were markup ever let through, the policy in the head would still forbid it to do anything."""
    smuggled = "<script>document.title='owned'</script><img src='http://127.0.0.1:9/x'></main>"
    page = page_of([PASSED]).replace("</main>", smuggled)
    file = tmp_path / "report.html"
    file.write_text(page, "utf-8")
    browser.complaints.clear()
    browser.open(file.as_uri())
    assert browser.evaluate("document.title") == "✓ 1 run passed · dvara-examples"
    browser.evaluate("1")
    assert sum("Content Security Policy" in told for told in browser.complaints) == 2


def test_a_phone_needs_no_sideways_scrolling(browser: Browser, tmp_path: Path) -> None:
    """At 360 pixels the page is as wide as the window, and the picture has most of it."""
    show(browser, page_of([PASSED, BURST, SKIPPED]), tmp_path, width=360)
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth && innerWidth == 360") is True
    ((left, right),) = boxes(browser, "details.run[open] svg.timeline")
    assert right - left > 220


def test_light_and_dark_follow_the_reader(browser: Browser, tmp_path: Path) -> None:
    """Paper and ink change places, and differ enough to be read in both."""
    seen = {}
    for scheme in ("light", "dark"):
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        show(browser, page_of([BURST]), tmp_path)
        colours = "(s => [s.backgroundColor, s.color])(getComputedStyle(document.body))"
        seen[scheme] = [_brightness(colour) for colour in cast("list[str]", browser.evaluate(colours))]
    browser.call("Emulation.setEmulatedMedia", features=[])
    assert seen["light"][0] > 240
    assert seen["light"][1] < 60
    assert seen["dark"][0] < 40
    assert seen["dark"][1] > 200


def _brightness(colour: str) -> float:
    numbers = [int(number) for number in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    return sum(numbers) / 3


def test_it_can_be_read_without_seeing_and_without_a_mouse(browser: Browser, tmp_path: Path) -> None:
    """Pictures have a sentence, tables have headings, folded runs open by key, and a link from the matrix unfolds its run."""
    show(browser, page_of([PASSED, BURST]), tmp_path)
    tree = cast("list[dict[str, dict[str, object]]]", browser.call("Accessibility.getFullAXTree")["nodes"])
    names = [str(node["name"]["value"]) for node in tree if node.get("role", {}).get("value") == "image" and "name" in node]
    assert any(
        name.startswith("Timeline from 0.00 to 2.50 s: request 1 from 0.10 to 2.00 s") and "1 pieces on stdout" in name
        for name in names
    )
    for key in ("Tab", "Enter"):
        browser.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=9 if key == "Tab" else 13)
        if key == "Tab":
            assert browser.evaluate("document.activeElement.textContent") == "To the runs"
    browser.evaluate("document.querySelector('details.passed > summary').focus()")
    browser.call("Input.dispatchKeyEvent", type="keyDown", key=" ", code="Space", text=" ", windowsVirtualKeyCode=32)
    browser.call("Input.dispatchKeyEvent", type="keyUp", key=" ", code="Space", windowsVirtualKeyCode=32)
    assert browser.evaluate("document.querySelector('details.passed').open") is True
    browser.evaluate("document.querySelector('details.passed').open = false; document.querySelector('a.cell.passed').click()")
    assert browser.evaluate("document.querySelector('details.passed').open") is True


def test_hundreds_of_long_runs_stay_a_few_megabytes(browser: Browser, tmp_path: Path) -> None:
    """200 runs with 1 000 events and 2 500 pieces each: marks are put together, texts are cut, and both are told."""
    events = [(0.2 + number / 500, f"w{number} ") for number in range(1000)]
    pieces = [(0.2 + number / 1250, "word ") for number in range(2500)]
    long = make_transcript(
        stdout=pieces,
        exchanges=[make_exchange(events, event_count=9000)],
        process=ProcessEnd(1, ended_at_s=2.5),
        expect={"exit": 0, "stdout": {"contains": "no such text"}},
    )
    judged = result_of(long)
    results = [
        replace(judged, variant_id=f"example-{number}[{language}]", language=language)
        for number in range(67)
        for language in ("python", "node", "java")
    ][:200]
    page = page_of(results)
    assert len(page.encode()) < 6_000_000
    show(browser, page, tmp_path)
    assert len(texts(browser, ".matrix td a")) == 200
    drawn = cast("str", browser.evaluate("document.querySelector('.stdout path.many').getAttribute('d')")).count("M")
    assert 200 <= drawn <= 250
    notes = " ".join(texts(browser, "details.run[open]:first-of-type .note"))
    assert f"stdout: 2500 pieces drawn as {drawn} marks" in notes
    assert "8000 further events were not kept" in notes
    assert "characters in the middle are not shown" in notes


def test_languages_that_differ_are_told_at_the_top(browser: Browser, tmp_path: Path) -> None:
    """A broken parity is a line of its own, and no green heading stands over it."""
    same = {"exchanges": [make_exchange()], "stdout": "x"}
    one = replace(make_transcript(**same), scripted=True)  # type: ignore[arg-type]
    other = replace(make_transcript(**same, variant_id="stream-basic[node]"), scripted=True)  # type: ignore[arg-type]
    other = replace(other, process=replace(other.process, exit_code=3), expect={"exit": 3})
    show(browser, page_of([result_of(one), result_of(other)]), tmp_path)
    assert texts(browser, "header .alert") == ["parity stream-basic: python exit 0, node exit 3"]
    assert texts(browser, "h1") == ["The languages of an example differ"]
