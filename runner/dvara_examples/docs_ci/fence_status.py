"""The state of each fence of a page: in step with its example, drifted from it, untested, or unknown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dvara_examples.docs_ci.differences import differences
from dvara_examples.docs_ci.directives import RunsAs, Shows, Untested
from dvara_examples.docs_ci.highlights import without_highlights
from dvara_examples.docs_ci.page import Generated, Page, Snippet
from dvara_examples.docs_ci.regions import split_lines
from dvara_examples.docs_ci.sources import Source, Sources, Unknown
from dvara_examples.docs_ci.table import table_lines
from dvara_examples.manifest import Variant


class FenceState(StrEnum):
    """The state of a fence, a table or a comment of a page; ``docs/docs-ci.md`` explains each."""

    IN_STEP = "in step"
    """It shows what the example's script has, letter by letter."""
    STANDALONE = "own code"
    """It is run as an example, and not compared with one."""
    EXEMPT = "excused"
    """It is not tested, and a comment says why."""
    DRIFTED = "drifted"
    """It shows something else than the script."""
    UNKNOWN = "unknown"
    """It names an example, a language or a region that is not there, or cannot be read."""
    UNTESTED = "untested"
    """No example backs it, although this tool could run it."""
    NOT_RUN = "not run"
    """Its example did not run in the results asked for."""
    NOT_PASSED = "not passed"
    """Its example ran there, and did not pass."""


GOOD = frozenset({FenceState.IN_STEP, FenceState.STANDALONE, FenceState.EXEMPT})


@dataclass(frozen=True, slots=True)
class FenceStatus:
    """The state of what begins on *line* (from 1) of a page: *what* it is about, a *sentence*, and a diff if it drifted."""

    line: int
    state: FenceState
    what: str
    sentence: str = ""
    diff: tuple[str, ...] = ()
    variant: Variant | None = None
    snippet: Snippet | None = None

    @property
    def good(self) -> bool:
        """Whether nothing needs to be done about it."""
        return self.state in GOOD


def check_page(page: Page, sources: Sources) -> tuple[FenceStatus, ...]:
    """Return the state of everything on *page* that concerns this tool, in page order."""
    found = [FenceStatus(problem.line, FenceState.UNKNOWN, "comment", problem.sentence) for problem in page.problems]
    found += [_snippet(page, snippet, sources) for snippet in page.snippets]
    found += [_table(page, table, sources) for table in page.tables]
    return tuple(sorted(found, key=lambda status: status.line))


def proved(status: FenceStatus, outcomes: Mapping[str, str], key: str, run: str) -> FenceStatus:
    """Return *status*, or what *run* says against it: *outcomes* are those of its runs by id, *key* is the one that counts."""
    if status.state not in (FenceState.IN_STEP, FenceState.STANDALONE) or status.variant is None:
        return status
    outcome = outcomes.get(key)
    if outcome == "passed":
        return status
    state = FenceState.NOT_RUN if outcome in (None, "skipped") else FenceState.NOT_PASSED
    said = f"{key} {outcome}" if outcome else f"{key} is not among the results"
    hint = "run it" if state is FenceState.NOT_RUN else f"`dvara-examples show {status.variant.example_id}` says what is expected"
    sentence = f"{said} in {run}; {hint}"
    return FenceStatus(status.line, state, status.what, sentence, (), status.variant, status.snippet)


def _snippet(page: Page, snippet: Snippet, sources: Sources) -> FenceStatus:
    fence, about = snippet.fence, snippet.about
    match about:
        case None:
            backed, exempt = comment("example: ID", page), comment("untested: REASON", page)
            sentence = f"no example backs this fence in {_word(snippet)}; write above it {backed}, or {exempt}"
            return FenceStatus(snippet.line, FenceState.UNTESTED, _word(snippet), sentence, snippet=snippet)
        case Untested():
            return FenceStatus(snippet.line, FenceState.EXEMPT, _word(snippet), about.reason, snippet=snippet)
    if not fence.closed:
        sentence = "this fence is never closed; add the closing fence"
        return FenceStatus(snippet.line, FenceState.UNKNOWN, about.example_id, sentence, snippet=snippet)
    try:
        if isinstance(about, RunsAs):
            _, variant = sources.variant(about, snippet.language)
            return FenceStatus(snippet.line, FenceState.STANDALONE, f"as {variant.id}", variant=variant, snippet=snippet)
        return _shown(page, snippet, about, sources)
    except Unknown as error:
        return FenceStatus(snippet.line, FenceState.UNKNOWN, about.example_id, str(error), snippet=snippet)


def comment(text: str, page: Page) -> str:
    """Return the comment that says *text*, in the syntax of *page*."""
    return f"{{/* {text} */}}" if page.path.suffix == ".mdx" else f"<!-- {text} -->"


def _shown(page: Page, snippet: Snippet, about: Shows, sources: Sources) -> FenceStatus:
    source = sources.find(about, snippet.language)
    what = f"{source.variant.id} region {source.region.name}"
    if without_highlights(snippet.fence.lines) == source.region.lines:
        return FenceStatus(snippet.line, FenceState.IN_STEP, what, variant=source.variant, snippet=snippet)
    sentence = f"it shows something else than {source.variant.relative}; update it with `dvara-examples docs sync`"
    diff = tuple(_diff(page, snippet, source))
    return FenceStatus(snippet.line, FenceState.DRIFTED, what, sentence, diff, source.variant, snippet)


def _diff(page: Page, snippet: Snippet, source: Source) -> Iterator[str]:
    region, fence = source.region, snippet.fence
    yield f"--- {page.shown}:{fence.start + 2}"
    yield f"+++ {source.variant.relative}:{region.first_line}"
    yield from differences(fence.lines, fence.start + 2, region.lines, region.numbers)


def _table(page: Page, table: Generated, sources: Sources) -> FenceStatus:
    seen, wanted = split_lines(page.text)[table.start : table.end], table_lines(sources.manifest, page.path)
    if tuple(seen) == wanted:
        return FenceStatus(table.start + 1, FenceState.IN_STEP, "table of the examples")
    sentence = "the table differs from the manifest; update it with `dvara-examples docs sync`"
    diff = differences(seen, table.start + 1, wanted, range(1, len(wanted) + 1))
    return FenceStatus(table.start + 1, FenceState.DRIFTED, "table of the examples", sentence, tuple(diff))


def _word(snippet: Snippet) -> str:
    return snippet.language or "no language"
