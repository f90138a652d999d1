"""Writes the tables of ``docs/endings.md``: what the shipped examples make of each ending, and what naive clients make of it.

    python -m tests.endings_page [chat] [responses] [messages]
    python -m tests.endings_page ENTRY ...                        # renews the rows of these entries alone

Both are run, by real processes on the same wire, which the conformance entries of the manifest make; nothing is typed.
"""

import re
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from dvara_examples.cli._world import build_world
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Transcript
from dvara_examples.selection.options import Selection
from dvara_examples.session import Options, Session, choose_examples, open_session
from dvara_examples.session.execute import Execution, execute
from dvara_examples.session.plan import PlannedRun
from dvara_examples.session.toolchain_setup import Preparation
from dvara_examples.toolchains import load_toolchain
from tests.endings_wires import PROTOCOLS

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = REPOSITORY / "docs" / "endings.md"
NAIVE = REPOSITORY / "tests" / "data" / "naive"
NAIVE_FILES = {"python": "python/stream.py", "node": "node/stream.mjs", "java": "java/Stream.java"}
NAIVE_CLIENTS = {
    "responses": {"python": "python/responses.py", "node": "node/responses.mjs", "java": "java/Responses.java"},
    "messages": {"python": "python/anthropic/messages.py", "node": "node/anthropic/messages.mjs", "java": "java/Messages.java"},
}
"""The naive clients of the other protocols, on the official SDKs."""
LANGUAGES = {"python": "Python", "node": "Node.js", "java": "Java"}
_ERROR = re.compile(
    r'^(?:Exception in thread "main" )?((?:[\w$]+\.)*[\w$]*(?:Error|Exception|KeyboardInterrupt))\b', re.MULTILINE
)
RENEW = "`make endings` writes it anew"

WIRES: Mapping[str, str] = {
    "stream-basic": "a whole answer",
    "conform-e01-no-done": "a whole answer, but no `[DONE]`",
    "conform-e09-open-after-done": "a whole answer, and the connection stays open",
    "conform-s02-length": "an answer that was cut off by its length",
    "conform-s03-content-filter-midway": "half an answer, then a content filter",
    "conform-e21-silent-truncation": "half an answer, then the response ends in good order",
    "conform-e05-cut-of-a-close-delimited-body": "half an answer that only a FIN ends",
    "conform-e02-no-finish-reason": "`[DONE]`, but no `finish_reason`",
    "conform-e04-cut-mid-event": "half an answer, then a FIN",
    "conform-e04-cut-of-a-last-connection": "the same after `Connection: close`",
    "conform-e06-reset": "half an answer, then an RST",
    "conform-e06-reset-of-a-last-connection": "the same after `Connection: close`",
    "conform-e07-stall": "half an answer, then silence",
    "conform-e12-error-event": "half an answer, then an error event",
    "conform-e14-cut-off-json": "one event whose JSON is cut off",
    "conform-e16-empty": "200 with nothing in it",
    "conform-e17-json": "200 with JSON that is no stream",
    "conform-e17-page": "200 with a web page",
    "conform-r01-wrong-key": "401",
    "conform-r08-unavailable": "503, each time",
    "conform-r14-no-answer": "no response, each time",
    "conform-c03-stdout-closed": "a whole answer, but nobody reads the output",
    "conform-c02-ctrl-c": "a whole answer, but Ctrl-C is pressed midway",
}
"""What is tried, in words for people: for each ending at least one entry, those that look alike to a client beside each other."""

NOT_SHOWN: Mapping[Ending, str] = {
    Ending.ANSWERED: "no stream was asked for",
    Ending.UNRECOGNISED: "nothing known says whether the answer is whole",
}
"""Endings that no row shows, and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one entry: a cell per language for the *shipped* example and for the *naive* client.

    *endings* are those of the shipped examples: where they differ, the languages did not have the same wire.
    """

    entry: str
    endings: tuple[Ending, ...]
    shipped: Mapping[str, str]
    naive: Mapping[str, str]


def run_rows(
    entries: Sequence[str],
    languages: Sequence[str] = tuple(LANGUAGES),
    jobs: int = 2,
    naive_files: Mapping[str, str] = NAIVE_FILES,
) -> tuple[Row, ...]:
    """Run *entries* in *languages*, the shipped examples and the naive clients, and return a row for each entry."""
    world = build_world(REPOSITORY / "examples" / "manifest.yaml")
    with (
        open_session(
            world, choose_examples(world, Selection(tuple(entries), tuple(languages))), Options(gateway="embedded")
        ) as session,
        ThreadPoolExecutor(jobs, thread_name_prefix="endings") as pool,
    ):
        runner = _Runner(session, naive_files)
        seen = list(pool.map(runner.pair, session.plan.runs))
        return tuple(_row(entry, [pair for pair in seen if pair[0].example.id == entry]) for entry in entries)


Pair = tuple[PlannedRun, Transcript, Transcript]


class _Runner:
    """Runs planned runs, each once as it is and once with the naive client in its place."""

    def __init__(self, session: Session, naive_files: Mapping[str, str]) -> None:
        self._naive_files = naive_files
        toolchains = {runtime.language: load_toolchain(runtime.language) for runtime in session.plan.runtimes}
        self._preparation = Preparation(toolchains, session.world, lambda _: None)
        self._shared = Execution(session.world, session.gateway)

    def pair(self, run: PlannedRun) -> Pair:
        """Return what was seen of the shipped example, and of the naive client."""
        assert run.skip is None, run.skip
        assert run.error is None, run.error
        file = NAIVE / self._naive_files[run.variant.language]
        naive = replace(run, variant=replace(run.variant, file=file, relative=file.relative_to(REPOSITORY).as_posix()))
        return run, self._run(run), self._run(naive)

    def _run(self, run: PlannedRun) -> Transcript:
        return execute(run, self._preparation.command(run), self._shared)


def _row(entry: str, pairs: Sequence[Pair]) -> Row:
    endings = tuple(sorted({shipped.last_exchange.ending for _, shipped, _ in pairs if shipped.last_exchange}))
    shipped_cells = {run.variant.language: _shipped_cell(shipped) for run, shipped, _ in pairs}
    naive_cells = {run.variant.language: _naive_cell(naive, run) for run, _, naive in pairs}
    return Row(entry, endings, shipped_cells, naive_cells)


# -- cells


def _shipped_cell(seen: Transcript) -> str:
    """Return exit code, requests, the notice on stdout, and what is said on stderr."""
    notices = [line for line in seen.stdout.text.splitlines() if line.startswith("[")]
    said = seen.stderr.text.splitlines()[:1]
    return ", ".join([_exit(seen), *_requests(seen), *(f"`{_short(line)}`" for line in [*notices, *said])])


def _naive_cell(seen: Transcript, run: PlannedRun) -> str:
    """Return exit code, requests, how much of the answer was printed, and the name of an error that nobody caught.

    What stands in bold nobody can tell from a whole answer. What a client says when it is ended at a limit is left out: whether
    it gets that far depends on the machine.
    """
    finish, how = run.example.expect.get("finish_reason", "stop"), _exit(seen)
    printed = _printed(seen.stdout.text.strip(), run.example.answers[-1], cut_off=finish != "stop")
    uncaught = _uncaught(seen.stderr.text) if seen.process.limit is None else ()
    cell = ", ".join([how, *_requests(seen), printed, *uncaught])
    whole = run.example.expect.get("exit") == 0 and finish == "stop"
    return f"**{cell}**" if how == "exit 0" and not whole else cell


def _exit(seen: Transcript) -> str:
    end = seen.process
    if end.limit is not None:
        return f"still waiting after {seen.run.limits.idle_s:g} s"
    return f"exit {end.exit_code}" if end.exit_code is not None else f"ended by {end.signal}"


def _requests(seen: Transcript) -> Iterator[str]:
    if len(seen.exchanges) > 1:
        yield f"{len(seen.exchanges)} requests"


def _printed(stdout: str, answer: object, *, cut_off: bool) -> str:
    if not stdout:
        return "nothing printed"
    said = answer.get("text") if isinstance(answer, Mapping) else answer
    return "all of the text" if stdout == said and not cut_off else "a part of the text"


def _short(said: str) -> str:
    """Return what kind of end a line tells; the reason behind it may be long, and each client's own."""
    kind, colon, _ = said.partition(": ")
    return f"{kind}: …" if colon and not said.startswith("[") else said


def _uncaught(stderr: str) -> Iterator[str]:
    """Yield the name of the error whose stack trace was printed."""
    names = _ERROR.findall(stderr)
    if names:
        yield f"a stack trace of `{names[-1 if 'Traceback (most' in stderr else 0].rpartition('.')[2]}`"


# -- the page


def table(rows: Iterable[Row], wires: Mapping[str, str] = WIRES, *, naive: bool) -> str:
    """Return a Markdown table of *rows*, of the naive clients' cells or of the shipped examples', with the words of *wires*."""
    head = ["on the wire", "what comes", *LANGUAGES.values(), "entry"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for row in rows:
        cells = [(row.naive if naive else row.shipped)[language] for language in LANGUAGES]
        endings = " or ".join(f"`{ending}`" for ending in row.endings)
        lines.append("| " + " | ".join([endings, wires[row.entry], *cells, f"`{row.entry}`"]) + " |")
    return "\n".join(lines) + "\n"


def marks(name: str) -> tuple[str, str]:
    """Return the lines between which the table called *name* stands."""
    return f"<!-- table {name}: {RENEW} -->\n", f"<!-- end of table {name} -->\n"


def put(page: str, name: str, content: str) -> str:
    """Return *page* with *content* as its table called *name*."""
    begin, end = marks(name)
    before, _, rest = page.partition(begin)
    _, found, after = rest.partition(end)
    assert found, f"{PAGE} lacks {begin.strip()} or {end.strip()}"
    return before + begin + content + end + after


def read_table(page: str, name: str) -> dict[str, dict[str, str]]:
    """Return the table called *name* as its entry → column → cell."""
    begin, end = marks(name)
    lines = page.partition(begin)[2].partition(end)[0].splitlines()
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in lines)
    return {row[-1].strip("`"): dict(zip(head, row, strict=True)) for row in rows}


def with_rows(page: str, name: str, renewed: str, wires: Mapping[str, str]) -> str:
    """Return the table called *name* of *page* with the rows of the table *renewed* in the place of its own, in order."""
    begin, end = marks(name)
    old = page.partition(begin)[2].partition(end)[0].splitlines(keepends=True)
    new = renewed.splitlines(keepends=True)
    lines = {line.rsplit("`", 2)[1]: line for line in (*old[2:], *new[2:])}
    return "".join([*new[:2], *(lines[entry] for entry in wires if entry in lines)])


def main() -> None:
    """Run everything, or what is named, and write both tables of each protocol as soon as they are there."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a script; runs would inherit that
        signal.signal(signal.SIGINT, signal.default_int_handler)
    asked = sys.argv[1:]
    for name in ("chat", *PROTOCOLS):
        wires, naive_files = (WIRES, NAIVE_FILES) if name == "chat" else (PROTOCOLS[name], NAIVE_CLIENTS[name])
        entries = tuple(wires) if not asked or name in asked else tuple(entry for entry in wires if entry in asked)
        if not entries:
            continue
        tables = ("shipped", "naive") if name == "chat" else (name, f"naive-{name}")
        rows = run_rows(entries, naive_files=naive_files)
        page = PAGE.read_text("utf-8")
        for title, naive in zip(tables, (False, True), strict=True):
            page = put(page, title, with_rows(page, title, table(rows, wires, naive=naive), wires))
        PAGE.write_text(page, "utf-8")
        sys.stdout.write(f"{PAGE}: {len(rows)} rows of {name} are written anew\n")
        for row in rows:
            if len(row.endings) != 1:
                sys.stdout.write(f"{row.entry}: expected one ending in all languages, found {', '.join(row.endings)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
