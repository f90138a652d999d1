"""Opens the requested reports, and isolates problems with one of them from everything else."""

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TextIO

from dvara_examples.core.errors import ExitCode, ReportError, ReportsCollideError, refused_by_system
from dvara_examples.core.values import InvalidValue, did_you_mean
from dvara_examples.records.results import RunEvent, RunResult, Summary
from dvara_examples.reports import OpenReports, Reporter, SessionInfo, Target, report_kinds, report_module
from dvara_examples.reports._target import file_target, stdout_target

STDOUT = ("-", "/dev/stdout")


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """One ``--report KIND[=PATH]``: *path* is None for the report's default."""

    kind: str
    path: str | None = None

    @property
    def takes_stdout(self) -> bool:
        """Whether stdout is only for this report, so that other software can read it."""
        return self.path in STDOUT

    def __str__(self) -> str:
        return f"--report {self.kind}" if self.path is None else f"--report {self.kind}={self.path}"


def parse_request(text: str) -> ReportRequest:
    """Parse ``KIND[=PATH]``. Raises InvalidValue."""
    kind, separator, path = text.partition("=")
    kinds = report_kinds()
    if kind not in kinds and kind.partition(":")[0] in kinds:
        raise InvalidValue("KIND=PATH", repr(text), f"did you mean {text.replace(':', '=', 1)}?")
    if kind not in kinds:
        raise InvalidValue("a known report", repr(kind), did_you_mean(kind, kinds))
    if separator and not path:
        raise InvalidValue(
            "a path or - (stdout) after the equals sign", repr(text), f"omit =PATH to use the default file: {kind}"
        )
    return ReportRequest(kind, path if separator else None)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where reports go: a relative path starts at *cwd*, a default path at the run's *folder*.

    *stdout* is for reports, *runner* for those whose lines are for the runner of a workflow.
    The existing content of the file *shared* is kept, because others write to it too.
    """

    folder: Path
    cwd: Path
    stdout: TextIO
    runner: TextIO
    shared: Path | None = None


@contextmanager
def open_reports(requests: Sequence[ReportRequest], about: SessionInfo, around: Surroundings) -> Iterator[OpenReports]:
    """Open the reports for *requests*.

    Raises ReportError if one cannot be written, and ReportsCollideError if two would go to the same place.
    """
    opened = OpenReports()
    paths = separate_paths(requests, around.cwd, around.folder)
    with ExitStack() as stack:
        for request, path in zip(requests, paths, strict=True):
            module = report_module(request.kind)
            if path is None:
                target = stdout_target(around.runner if getattr(module, "WORKFLOW_COMMANDS", False) else around.stdout)
            else:
                target = stack.enter_context(file_target(path, keep=path.resolve() == around.shared))
            opened.reporters.append(_Guarded(request.kind, _open(module, about, target), opened.failures))
        yield opened


def _open(module: ModuleType, about: SessionInfo, target: Target) -> Reporter:
    try:
        reporter: Reporter = module.open_report(about, target)
    except OSError as error:
        raise ReportError(f"the report {target.path or 'on stdout'} cannot be written: {refused_by_system(error)}") from None
    return reporter


def separate_paths(requests: Sequence[ReportRequest], cwd: Path, folder: Path) -> list[Path | None]:
    """Return where each report goes: a file, or None for stdout. Raises ReportsCollideError if two go to one place."""
    taken: dict[Path | None, ReportRequest] = {}
    paths = []
    for request in requests:
        path = _path(request, cwd, folder)
        place = path.resolve() if path else None
        if place in taken:
            where = request.path if path and request.path else path.name if path else "stdout"
            example = f"--report {request.kind}=other-{report_module(request.kind).DEFAULT_NAME or 'report.txt'}"
            raise ReportsCollideError(
                f"two reports would go to {where}: {taken[place]} and {request}", f"name another file for one, such as {example}"
            )
        taken[place] = request
        paths.append(path)
    return paths


def _path(request: ReportRequest, cwd: Path, folder: Path) -> Path | None:
    if request.path is None:
        default_name = report_module(request.kind).DEFAULT_NAME
        return None if default_name is None else folder / default_name
    return None if request.takes_stdout else cwd / request.path


class _Guarded:
    """Passes everything on to one report until that fails; the runs and other reports continue."""

    def __init__(self, kind: str, reporter: Reporter, failures: list[tuple[str, ExitCode]]) -> None:
        self._kind, self._reporter, self._failures = kind, reporter, failures
        self._alive = True

    def event(self, event: RunEvent) -> None:
        self._do(lambda: self._reporter.event(event))

    def result(self, result: RunResult) -> None:
        self._do(lambda: self._reporter.result(result))

    def tick(self) -> None:
        self._do(self._reporter.tick)

    def close(self, summary: Summary) -> None:
        self._do(lambda: self._reporter.close(summary))

    def _do(self, what: Callable[[], None]) -> None:
        if not self._alive:
            return
        try:
            what()
        except BrokenPipeError:  # the reader has left: nobody needs the rest
            self._alive = False
        except OSError as error:
            self._give_up(f"{refused_by_system(error)}; make room or name another path", ExitCode.NOT_RUN)
        except Exception as error:  # noqa: BLE001 - a fault in one report must not take the runs along
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(frame.filename).name}:{frame.lineno}"
            self._give_up(f"internal error: {type(error).__name__}: {error} ({where}); please report it", ExitCode.INTERNAL)

    def _give_up(self, why: str, code: ExitCode) -> None:
        self._alive = False
        self._failures.append((f"the report {self._kind} is not written: {why}", code))
