"""The terminal report: a line per run as it ends, and a summary that repeats only what did not pass.

On a terminal a live part below shows which runs are active and for how long; in a pipe or in CI there are plain lines only.
"""

import codecs
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from dvara_examples.core.clock import start_timer
from dvara_examples.core.errors import ExitCode
from dvara_examples.core.redaction import Redactor
from dvara_examples.core.world import World
from dvara_examples.records.locked import is_unlocked, unlocked_places
from dvara_examples.records.results import Preparing, RunEvent, RunFinished, RunPrinted, RunResult, RunStarted, Summary, shown_id
from dvara_examples.records.verdict import Outcome

_STYLES = {Outcome.PASSED: "green", Outcome.FAILED: "bold red", Outcome.ERRORED: "bold magenta", Outcome.SKIPPED: "yellow"}
_NAMES = {Outcome.PASSED: "passed", Outcome.FAILED: "FAILED", Outcome.ERRORED: "ERRORED", Outcome.SKIPPED: "skipped"}


_REASON_CHARS = 70
"""How much of a reason stands in a run's own line; the summary has it whole."""


class TerminalReport:
    """Writes to the world's stdout; progress goes to its stderr, or into the live part."""

    def __init__(self, world: World, *, total: int, width: int, verbose: bool = False, stored: Path | None = None) -> None:
        self._world = world
        self._out = make_console(world, world.stdout)
        self._err = make_console(world, world.stderr)
        self._total, self._width, self._verbose = total, width, verbose
        self._stored = stored
        self._elapsed = start_timer(world.clock)
        self._running: dict[str, float] = {}
        self._preparing = ""
        self._unlocked: list[RunResult] = []
        self._remarkable: dict[tuple[str, str], list[RunResult]] = {}
        self._done = 0
        self._lines = _Lines(Redactor.of((world.env("DVARA_API_KEY"),)), self._print_output)
        self._live = Live(console=self._out, get_renderable=self._progress, auto_refresh=False, transient=True)
        if self._out.is_screen and not world.on_ci:
            self._live.start()

    def event(self, event: RunEvent) -> None:
        """Keep track of active runs; show output at once if the user asked for it."""
        match event:
            case RunStarted():
                self._running[shown_id(event.variant_id, event.repetition)] = event.at_s
                self._preparing = ""
            case RunFinished():
                run_id = shown_id(event.variant_id, event.repetition)
                self._running.pop(run_id, None)
                self._lines.flush(run_id)
            case Preparing():
                self._preparing = event.text
                if not self._live.is_started:
                    self._err.print(Text(f"  preparing  {event.text}", "dim"), soft_wrap=True)
            case RunPrinted():
                self._lines.add(event)
        self.tick()

    def result(self, result: RunResult) -> None:
        """Write the line of one run."""
        self._done += 1
        if is_unlocked(result):
            self._unlocked.append(result)
        outcome = result.verdict.outcome
        duration = f"{result.transcript.process.duration_s:6.2f} s" if result.transcript else " " * 8
        name, style = ("flaky", "yellow") if result.flaky else (_NAMES[outcome], _STYLES[outcome])
        line = Text.assemble((f"{name:>8}", style), f"  {result.run_id:<{self._width}}  ", (duration, "dim"))
        line.append(f"  {_reason(result)}", "dim" if outcome is not Outcome.FAILED else "")
        line.rstrip()
        self._out.print(line, soft_wrap=True)
        if self._verbose and outcome is Outcome.PASSED and result.transcript is not None:
            for finding in result.verdict.findings:
                self._out.print(Text(f"          {finding.key}: {finding.seen}", "dim"), soft_wrap=True)
        if outcome is not Outcome.PASSED or result.flaky:
            same = result.run_id if result.transcript else result.verdict.reason
            self._remarkable.setdefault((outcome, same), []).append(result)

    def tick(self) -> None:
        """Redraw the live part."""
        if self._live.is_started:
            self._live.refresh()

    def close(self, summary: Summary) -> None:
        """Write the summary."""
        self._live.stop()
        for results in self._remarkable.values():
            self._explain(results)
        self._out.print()
        for repeated in summary.repeated:
            self._out.print(Text(f"{repeated}", "" if repeated.passed == repeated.runs else "bold red"), soft_wrap=True)
        for disparity in summary.disparities:
            self._out.print(Text.assemble(("parity", "bold red"), f"  {disparity}"), soft_wrap=True)
        worst = next((o for o in (Outcome.ERRORED, Outcome.FAILED) if summary.count(o)), Outcome.PASSED)
        worst = Outcome.FAILED if summary.exit_code is ExitCode.FAILED else worst
        for place in unlocked_places(self._unlocked):
            self._out.print(Text.assemble(("not locked", "yellow"), f"  {place}"), soft_wrap=True)
        if summary.interrupted:
            self._out.print(Text("interrupted; what had ended is kept", "yellow"), soft_wrap=True)
        self._out.print(Text(f"{summary} in {self._elapsed():.1f} s", _STYLES[worst]), soft_wrap=True)
        if self._stored is not None:
            self._out.print(Text(f"stored in {self._world.shown(self._stored)}", "dim"), soft_wrap=True)
            if self._world.manifest_path.is_file():
                self._out.print(Text(f"next: {self._next(summary)}", "dim"), soft_wrap=True)

    def _next(self, summary: Summary) -> str:
        """Return the most useful command after this session."""
        world = self._world
        here = world.root in (world.cwd, *world.cwd.parents) and world.manifest_name == "examples/manifest.yaml"
        where = (
            ""
            if here or not world.manifest_path.is_file()
            else " --shipped"
            if world.shipped
            else f" --manifest {world.shown(world.manifest_path)}"
        )
        if summary.count(Outcome.ERRORED) and not summary.count(Outcome.FAILED):
            return f"dvara-examples doctor{where}"
        failed = next((found[0] for (outcome, _), found in self._remarkable.items() if outcome == Outcome.FAILED), None)
        named = f" '{failed.variant_id}'" if failed else ""
        return f"dvara-examples show latest{named}{where}"

    def _explain(self, results: Sequence[RunResult]) -> None:
        """Describe *results*, which all failed for the same reason, once."""
        from dvara_examples.reports._evidence import describe_failure  # most runs pass

        first = results[0]
        outcome = first.verdict.outcome
        names = ", ".join(result.run_id for result in results)
        self._out.print()
        name, style = ("FLAKY", "bold yellow") if first.flaky else (_NAMES[outcome], _STYLES[outcome])
        self._out.print(Text.assemble((name, style), f" {names}"), soft_wrap=True)
        lines = tuple(describe_failure(first, self._world))
        width = max((len(label) for label, _ in lines), default=0)
        for label, text in lines:
            self._out.print(Text.assemble((f"  {label:<{width}}  ", "bold"), text), soft_wrap=True)

    def _progress(self) -> Text:
        now = self._elapsed()
        text = Text(f"{self._done:>4} of {self._total} done  {now:.0f} s\n", "dim")
        if self._preparing:
            text.append(f"  preparing  {self._preparing}\n", "dim")
        for run_id, since_s in self._running.items():
            text.append(f" running  {run_id:<{self._width}}  {now - since_s:6.2f} s\n", "cyan")
        text.rstrip()
        return text

    def _print_output(self, run_id: str, pipe: str, line: str) -> None:
        style = "red" if pipe == "stderr" else ""
        self._out.print(Text.assemble((f"{run_id:>{self._width + 10}} │ ", "dim"), (line, style)), soft_wrap=True)


def _reason(result: RunResult) -> str:
    """Say in a few words why a run did not pass, or passed although something failed."""
    tries = len(result.earlier) + 1
    if result.verdict.outcome is Outcome.FAILED:
        failed = ", ".join(finding.key for finding in result.verdict.failures)
        return f"{failed} (attempt {tries} of {tries})" if result.earlier else failed
    if result.flaky:
        failed = ", ".join(finding.key for finding in result.earlier[-1].verdict.failures)
        return f"passed at attempt {tries}; before: {failed}"
    reason = result.verdict.reason.partition("\n")[0]
    return reason if len(reason) <= _REASON_CHARS else f"{reason[:_REASON_CHARS].rpartition(' ')[0]} ..."


def make_console(world: World, stream: object) -> "ReportConsole":
    """Build a console that takes colour and width only from *world*; an empty NO_COLOR, FORCE_COLOR or CI counts as unset.

    FORCE_COLOR adds colour to a stream that is not a terminal, but no cursor movements; ``FORCE_COLOR=0`` means NO_COLOR.
    """
    environ = {key: value for key, value in world.environ.items() if value}
    forced, refused = environ.pop("FORCE_COLOR", ""), environ.pop("NO_COLOR", "")
    plain = bool(refused) or forced.lower() in ("0", "false")
    return ReportConsole(
        file=stream,  # type: ignore[arg-type]
        _environ=environ,
        color_system=None if plain else "auto",
        force_terminal=True if forced and not plain else None,
        highlight=False,
        emoji=False,
        markup=False,
    )


class ReportConsole(Console):
    """A console that lets its caller handle a reader who has left; rich would exit."""

    def on_broken_pipe(self) -> None:
        """Raise BrokenPipeError."""
        raise BrokenPipeError

    @property
    def is_screen(self) -> bool:
        """Whether the cursor can be moved: on a terminal, with any colours."""
        return bool(self.file.isatty()) and not self.is_dumb_terminal


class _Lines:
    """Assembles pieces of output into lines, so that the output of several examples does not mix within a line."""

    def __init__(self, redactor: Redactor, write: Callable[[str, str, str], None]) -> None:
        self._redactor = redactor
        self._write = write
        self._partial: dict[tuple[str, str], str] = {}
        self._decoders: dict[tuple[str, str], codecs.IncrementalDecoder] = {}

    def add(self, event: RunPrinted) -> None:
        key = (shown_id(event.variant_id, event.repetition), event.pipe)
        decoder = self._decoders.setdefault(key, codecs.getincrementaldecoder("utf-8")("replace"))
        *lines, rest = (self._partial.get(key, "") + decoder.decode(event.data)).split("\n")
        for line in lines:
            self._put(key, line)
        while len(rest) > 4096:
            self._put(key, rest[:4096])
            rest = rest[4096:]
        self._partial[key] = rest

    def flush(self, run_id: str) -> None:
        for key in [key for key in self._partial if key[0] == run_id]:
            if rest := self._partial.pop(key):
                self._put(key, rest)

    def _put(self, key: tuple[str, str], line: str) -> None:
        shown = "".join(c if c.isprintable() or c == "\t" else repr(c)[1:-1] for c in line.rstrip("\r"))
        self._write(*key, self._redactor.text(shown))
