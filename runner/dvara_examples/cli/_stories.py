"""The output of ``show RUN``: each stored run with its outcome, its timeline, and its requests in words."""

from collections.abc import Callable, Iterable, Iterator

from rich.text import Text

from dvara_examples.core.world import World
from dvara_examples.records.results import RunResult
from dvara_examples.records.run_folder import RunFolder
from dvara_examples.records.timeline import Timeline, moments, timeline_of
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports._picture import Line, legend, picture, signs_for
from dvara_examples.reports.terminal import make_console

_STYLES = {"": "", "dim": "dim", "good": "green", "bad": "red", "wire": "cyan", "strong": "bold"}
_TONES = {Outcome.PASSED: "good", Outcome.FAILED: "bad", Outcome.ERRORED: "bad", Outcome.SKIPPED: "dim"}
_CHARS = 200
_MOST_REQUESTS = 20


def tell_run(world: World, folder: RunFolder, results: Iterable[RunResult], *, verbose: bool) -> None:
    """Write the story of each result; with *verbose*, also every moment."""
    console = make_console(world, world.stdout)
    encoding = getattr(world.stdout, "encoding", None) or "utf-8"
    signs = signs_for(encoding)

    def write(line: Line) -> None:
        text = Text.assemble(*((_writable(part, encoding), _STYLES[tone]) for part, tone in line))
        console.print(text, soft_wrap=True)

    about = folder.read_about()
    write(((f"run {folder.path.name}, {about.started_utc}, gateway {about.gateway}", "dim"),))
    drawn = False
    for result in results:
        drawn = drawn or result.transcript is not None
        write((("", ""),))
        for line in _story(result, lambda timeline: picture(timeline, console.width, signs), verbose=verbose):
            write(line)
    if drawn:
        write((("", ""),))
        console.print(Text(legend(signs), "dim"))


def _story(result: RunResult, draw: Callable[[Timeline], Iterator[Line]], *, verbose: bool) -> Iterator[Line]:
    """Yield the lines about one run: first the attempts that did not pass, then the one that counts."""
    for tried in result.earlier:
        yield from _story(tried, draw, verbose=verbose)
    outcome, transcript = result.verdict.outcome, result.transcript
    duration = f"  {transcript.process.duration_s:.2f} s" if transcript else ""
    number = f" #{result.repetition}" if result.repetition else ""
    tried_before = f"  flaky: after {len(result.earlier)} that did not pass" if result.flaky else ""
    heading = (
        (str(outcome), _TONES[outcome]),
        (f"  {result.variant_id}{number}", "strong"),
        (duration, "dim"),
        (tried_before, "bad"),
    )
    yield heading
    yield from (((f"  {_one_line(line)}", ""),) for line in result.verdict.reason.splitlines())
    for finding in result.verdict.failures:
        yield (f"  {finding.key}", "bad"), (f"  {_one_line(finding.sentence or finding.seen)}", "")
    if transcript is None:
        return
    timeline = timeline_of(transcript)
    yield from draw(timeline)
    yield from _requests(timeline)
    if verbose:
        for at_s, lane, what in moments(timeline):
            yield (f"{at_s:9.3f} s  {lane:<8}", "dim"), (f"  {what}", "")


def _requests(timeline: Timeline) -> Iterator[Line]:
    for attempt in timeline.attempts[:_MOST_REQUESTS]:
        times = f"  {attempt.started_at_s:.2f} to {attempt.ended_at_s:.2f} s"
        tone = "good" if attempt.whole else "bad"
        yield (f"request {attempt.number}  ", "dim"), (f"{attempt.title}  ", ""), (str(attempt.ending), tone), (times, "dim")
        yield from (((f"           {_one_line(remark)}", ""),) for remark in (*attempt.remarks, *attempt.faults))
    if (more := len(timeline.attempts) - _MOST_REQUESTS) > 0:
        yield ((f"({more} more requests)", "dim"),)
    yield from (((f"remark     {_one_line(note)}", ""),) for note in timeline.notes)


def _one_line(text: str) -> str:
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return shown if len(shown) <= _CHARS else f"{shown[: _CHARS - 3]}..."


def _writable(text: str, encoding: str) -> str:
    """Return *text* with the characters that *encoding* lacks escaped."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.replace("→", "->").replace("…", "...").encode(encoding, "backslashreplace").decode(encoding)
    return text
