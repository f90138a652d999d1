"""``--report markdown``: a page for people, such as the summary of a step of GitHub Actions: a table, and what did not pass."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from dvara_examples.records.locked import unlocked_places
from dvara_examples.records.results import RunEvent, RunResult, Summary
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports import SessionInfo, Target
from dvara_examples.reports._facts import cut
from dvara_examples.reports._wording import (
    explanation,
    headline,
    location,
    one_line,
    red,
    troubles,
    visible,
)

DEFAULT_NAME = "summary.md"

MOST_BYTES = 1_000_000
"""GitHub takes a summary of 1 MiB per step, and drops a larger one whole; some room is left for what others add."""

GITHUB_DROPS_ABOVE_BYTES = 1024 * 1024
_NOTES_BYTES = 1_000
"""For the notes of what was left out."""

_SIGNS = {Outcome.PASSED: "✅", Outcome.FAILED: "❌", Outcome.ERRORED: "💥", Outcome.SKIPPED: "⏭️"}
_FLAKY = "🔁"
_MARKUP = re.compile(
    r"[\\`*\[\]<>&#|~$@]"  # special anywhere
    r"|(?<!\w)[-+=_.]|[-+=_.](?!\w)|(?<=\d)\)"  # special at the edge of a word, or at the beginning of a line
    r"|:(?=//)|:(?=[\w+-]+:)|(?<=www)\.",  # makes a link, or an image
    re.IGNORECASE,
)


def open_report(about: SessionInfo, target: Target) -> "MarkdownReport":
    """Open the report."""
    return MarkdownReport(about, target)


class MarkdownReport:
    """Collects results and writes the page at the end."""

    def __init__(self, about: SessionInfo, target: Target) -> None:
        self._about, self._target = about, target
        self._results: list[RunResult] = []

    def event(self, event: RunEvent) -> None:
        """Ignore events."""

    def result(self, result: RunResult) -> None:
        """Keep one result."""
        self._results.append(result)

    def tick(self) -> None:
        """Show nothing."""

    def close(self, summary: Summary) -> None:
        """Write as much of the page as fits."""
        head = "".join(f"{line}\n" for line in self._head(summary))
        kept_bytes = self._target.kept_bytes()
        room = MOST_BYTES - kept_bytes - len(head.encode()) - _NOTES_BYTES
        if room < 0:
            self._write_less(head, kept_bytes)
            return
        rows = _table(self._results)
        table = _fitting(rows, len(rows), room * 2 // 3, "rows")
        wrong = [
            result for result in self._results if result.flaky or result.verdict.outcome in (Outcome.FAILED, Outcome.ERRORED)
        ]
        wrong.sort(key=lambda result: (result.flaky, result.verdict.outcome is not Outcome.FAILED))
        sections = (_section(result, summary) for result in wrong)
        skips = list(_skips(self._results))
        details = _fitting(chain(sections, skips), len(wrong) + len(skips), room - len(table.encode()), "sections")
        self._target.write(f"{head}\n{table}{details}")

    def _write_less(self, head: str, kept_bytes: int) -> None:
        """Write the headline, or nothing if the summary is already full."""
        short = head.partition("\n")[0] + "\n\nThe summary of this step is full; see the log for the rest.\n"
        if kept_bytes + len(short.encode()) <= GITHUB_DROPS_ABOVE_BYTES:
            self._target.write(short)

    def _head(self, summary: Summary) -> Iterator[str]:
        about = self._about
        yield f"## dvara-examples: {'passed' if summary.exit_code == 0 else 'not passed'}"
        yield ""
        deps = f", {escaped(about.deps)} dependencies" if about.deps != "locked" else ""
        where = f"Gateway {escaped(one_line(about.gateway))}{deps}"
        shard = f", shard {about.shard} of all runs" if about.shard else ""
        manifest = f"Manifest {escaped(one_line(about.manifest))}. " if about.manifest else ""
        yield f"{escaped(str(summary))}. {manifest}{where}{shard}. Exit code {summary.exit_code.value}."
        if launchers := _launchers(self._results):
            yield f"\nStarted by {escaped(launchers)}."
        for place in unlocked_places(self._results):
            yield f"\nNot locked: {escaped(one_line(place))}."
        for repeated in summary.repeated:
            yield f"\n{escaped(str(repeated))}"
        for trouble in troubles(summary):
            yield ""
            yield f"**{escaped(trouble.word)}**: {escaped(one_line(trouble.sentence, 2_000))}"


def escaped(text: str) -> str:
    """Return *text* as one line of plain text for Markdown and GitHub: no markup, HTML, mention or reference."""
    written = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", " ".join(visible(text).split()))
    return written.replace("&#64;", "&#64;&#8203;").replace("&#35;", "&#35;&#8203;")


def fenced(text: str) -> str:
    """Return *text* as a block of code that its content cannot end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{visible(text).rstrip()}\n{fence}\n"


def _table(results: Sequence[RunResult]) -> list[str]:
    """Return the lines of the table of examples and languages, in plan order."""
    languages = tuple(dict.fromkeys(result.language for result in results))
    if not languages:
        return []
    cells: dict[str, dict[str, list[str]]] = {}
    for result in results:
        cells.setdefault(result.variant_id.partition("[")[0], {}).setdefault(result.language, []).append(_cell(result))
    header = "".join(f" {escaped(language)} |" for language in languages)
    rows = [f"| example |{header}\n|---|{'---|' * len(languages)}\n"]
    for example, found in cells.items():
        columns = (" ".join(found.get(language, ["-"])) for language in languages)
        rows.append(f"| {escaped(example)} |" + "".join(f" {column} |" for column in columns) + "\n")
    return rows


def _launchers(results: Sequence[RunResult]) -> str:
    """Say what started the scripts of each language, if it is not the language's own runtime."""
    found: dict[str, dict[str, None]] = {}
    for result in results:
        if result.transcript is not None and result.transcript.run.launcher not in ("", result.language):
            found.setdefault(result.language, {})[one_line(result.transcript.run.launcher)] = None
    return ", ".join(f"{' and '.join(sorted(launchers))} ({language})" for language, launchers in found.items())


def _cell(result: RunResult) -> str:
    sign = _FLAKY if result.flaky else _SIGNS[result.verdict.outcome]
    word = "flaky" if result.flaky else result.verdict.outcome.value
    duration = f" {result.transcript.process.duration_s:.1f} s" if result.transcript else ""
    return f"{sign} {word}{duration}"


def _section(result: RunResult, summary: Summary) -> str:
    """Return the text about one result: a collapsible part, because there may be many."""
    word = "flaky" if result.flaky else result.verdict.outcome.value
    sign = _FLAKY if result.flaky else _SIGNS[result.verdict.outcome]
    places = ", ".join(escaped(location(place)) for place in result.places)
    mild = "" if red(result, summary) else " (allowed)"
    title = f"{sign} {word}{mild}: {escaped(result.run_id)}"
    body = [f"\n<details><summary>{title} — {escaped(headline(result))}</summary>\n\n"]
    if places:
        body.append(f"At {places}\n\n")
    body.append(fenced(cut(explanation(result), 4_000, 2_000)))
    if result.transcript is not None:
        for label, output in (("stdout", result.transcript.stdout), ("stderr", result.transcript.stderr)):
            if text := output.text:
                body.append(f"\n{label}\n\n{fenced(cut(text, 1_000, 2_000))}")
    body.append("\n</details>\n")
    return "".join(body)


def _skips(results: Sequence[RunResult]) -> Iterator[str]:
    """Yield one line per reason, because one missing thing causes many skips."""
    reasons: dict[str, list[str]] = {}
    for result in results:
        if result.verdict.outcome is Outcome.SKIPPED:
            reasons.setdefault(result.verdict.reason, []).append(result.run_id)
    for reason, names in reasons.items():
        yield f"\n⏭️ skipped {escaped(one_line(', '.join(names), 400))}: {escaped(one_line(reason, 600))}\n"


def _fitting(parts: Iterable[str], count: int, room_bytes: int, what: str) -> str:
    """Return as many of *count* parts as fit, and a note of how many are omitted; omitted parts are never built."""
    kept: list[str] = []
    for number, part in enumerate(parts):
        room_bytes -= len(part.encode())
        if room_bytes < 0:
            left_out = count - number
            return "".join(kept) + f"\n{left_out} more {what} are left out, because GitHub drops a summary that is too long.\n"
        kept.append(part)
    return "".join(kept)
