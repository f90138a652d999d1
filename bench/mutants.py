"""Changes one thing at a time in the modules that decide a verdict, and asks whether a fast test notices.

    python -m bench.mutants [PART...] [--only WORD] [--jobs N] [--list]

The parts are `expectations`, `ending`, `wire` and `session`. The tests run once to learn which lines each of them visits. Then
each mutant is put into the code that is loaded already, in a forked process, and the tests that visit its line run there, the
quickest first, until one fails. A mutant costs milliseconds, thousands of them minutes. The survivors are printed, and a table
at the end. What is fixed at import (defaults of arguments, fields of classes, the shapes of manifest values) is not changed.
"""

import argparse
import ast
import contextlib
import functools
import gc
import importlib
import os
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import coverage
import pytest

from bench._mutations import Mutation, mutations

PACKAGE = Path(__file__).parent.parent / "runner" / "dvara_examples"
PARTS = {
    "expectations": (
        ("expectations/**/*.py",),
        ("tests/expectations", "tests/contracts/test_expectations.py", "tests/session/test_lateness.py", "tests/test_judge.py"),
    ),
    "ending": (("tap/ending.py",), ("tests/tap/test_ending.py", "tests/endings")),
    "wire": (("wire/*.py",), ("tests/wire", "tests/test_sse.py", "tests/tap/test_response_parts.py")),
    "session": (
        ("session/*.py",),
        ("tests/session", "tests/test_judge.py", "tests/test_plan.py", "tests/test_merging.py", "tests/test_tapping.py",
         "tests/test_preparation.py", "tests/test_concern.py", "tests/test_stored_transcripts.py"),
    ),
}  # fmt: skip
"""What is changed in each part, and which tests have to notice."""
SPARE_S = 5.0
"""How much longer than usual the tests of a mutant may take; one that hangs is noticed as well."""
MEMORY_BYTES = 4 << 30
CACHED = type(functools.cache(len))
SURVIVED, CAUGHT, IMPOSSIBLE = range(3)
"""Exit codes of a mutant's process; one that cannot be put into the running code is impossible."""
OPTIONS = ("-s", "-m", "not slow", "-o", "addopts=--import-mode=importlib", "-o", "timeout=0",
           "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:terminal")  # fmt: skip


Place = tuple[str, int, bytes]
"""Where code stands in its file; codes themselves do not compare, as Python 3.11 adapts those that run."""
Loaded = dict[Place, list[FunctionType]]


@dataclass(slots=True)
class Source:
    """A module of ours, as it is loaded and as it is written; *visitors* are the tests that run each line."""

    part: str
    module: ModuleType
    path: Path
    tree: ast.Module
    visitors: dict[int, list[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return its path below the package."""
        return self.path.relative_to(PACKAGE).as_posix()

    def mutants(self) -> Iterator[tuple[Mutation, set[str]]]:
        """Yield each mutation, and the tests that visit its line; a constant's are all that visit the module."""
        for mutation in mutations(self.tree):
            lines = range(mutation.statement.lineno, mutation.line + 1)
            if mutation.statement in self.tree.body:
                yield mutation, self._visiting(self.visitors)
            else:
                yield mutation, self._visiting([mutation.line]) or self._visiting(lines)

    def _visiting(self, lines: Iterable[int]) -> set[str]:
        return {test for line in lines for test in self.visitors.get(line, ()) if test}


def main() -> int:
    """Run the parts that the command line names; return 1 where the tests fail on the code as it is."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutants")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=f"one of {', '.join(PARTS)}; all if none")
    parser.add_argument("--only", default="", metavar="WORD", help="only files whose path has this word")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at a time")
    parser.add_argument("--list", action="store_true", help="print the caught and the unvisited ones as well")
    asked = parser.parse_args()
    os.environ["CI"] = "true"  # the same values for every mutant
    parts = asked.parts or list(PARTS)
    tests = [test for part in parts for test in PARTS[part][1]]
    run = MutationRun(parts, asked.only, asked.jobs, asked.list)
    pytest.main([*OPTIONS, *tests], plugins=[run])
    return run.report()


class MutationRun:
    """A plug-in of pytest that runs the tests once, and then once more for each mutant."""

    def __init__(self, parts: Sequence[str], only: str, jobs: int, told: bool) -> None:
        self.parts, self.only, self.jobs, self.told = parts, only, jobs, told
        self.red: list[str] = []
        self.took_s: dict[str, float] = defaultdict(float)
        self.found: dict[str, Counter[str]] = defaultdict(Counter)
        self.forked = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what failed; the first failure in a mutant's process is all that is asked of it."""
        self.took_s[report.nodeid] += report.duration
        if report.failed:
            if self.forked:
                os._exit(CAUGHT)
            self.red.append(f"{report.nodeid} {report.longreprtext[-2000:]}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Learn, then try every mutant."""
        items = {item.nodeid: item for item in session.items}
        for path in self._files():  # what they do at import belongs to no test
            importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
        measure = coverage.Coverage(data_file=None, include=[f"{PACKAGE}/*"], config_file=False)
        measure.start()
        _run(list(items.values()), measure)
        measure.stop()
        if self.red or not items:
            return True
        sources = list(self._sources(measure.get_data()))
        print(f"{len(items)} tests in {sum(self.took_s.values()):.0f} s, {len(sources)} files", flush=True)
        waiting: dict[int, tuple[Source, Mutation, float]] = {}
        for source in sources:
            functions, caches = _functions(source.path), _caches()
            for mutation, tests in source.mutants():
                if not tests:
                    self._note(source, mutation, "unvisited")
                    continue
                while len(waiting) >= self.jobs:
                    self._reap(waiting)
                limit_s = SPARE_S + 5 * sum(self.took_s[test] for test in tests)
                chosen = [items[test] for test in sorted(tests, key=self.took_s.__getitem__)]
                waiting[self._fork(source, mutation, functions, caches, chosen)] = (source, mutation, time.monotonic() + limit_s)
        while waiting:
            self._reap(waiting)
        return True

    def _sources(self, data: coverage.CoverageData) -> Iterator[Source]:
        loaded = {getattr(module, "__file__", None): module for module in list(sys.modules.values())}
        for path, part in self._files().items():
            yield Source(part, loaded[str(path)], path, ast.parse(path.read_text()), data.contexts_by_lineno(str(path)))

    def _files(self) -> dict[Path, str]:
        """Return what is to be changed, and the part that each file belongs to."""
        found = {path: part for part in self.parts for pattern in PARTS[part][0] for path in sorted(PACKAGE.glob(pattern))}
        return {path: part for path, part in found.items() if self.only in str(path) and path.name != "__init__.py"}

    def _fork(self, source: Source, mutation: Mutation, functions: Loaded, caches: list[Any], tests: list[pytest.Item]) -> int:
        pid = os.fork()
        if pid:
            return pid
        self.forked = True
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nowhere, stream)
            with contextlib.suppress(ValueError, SyntaxError):
                _apply(source, mutation, functions)
                for cache in caches:
                    cache.cache_clear()
                _run(tests)
                os._exit(SURVIVED)
            os._exit(IMPOSSIBLE)
        finally:
            os._exit(CAUGHT)

    def _reap(self, waiting: dict[int, tuple[Source, Mutation, float]]) -> None:
        """Wait for a mutant's process to end, and note what became of it."""
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid in waiting:
                source, mutation, _ = waiting.pop(pid)
                code = os.waitstatus_to_exitcode(status)
                self._note(source, mutation, {SURVIVED: "survived", IMPOSSIBLE: "impossible"}.get(code, "caught"))
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)  # what its tests left behind
                return
            for late, (_, _, until_s) in waiting.items():
                if time.monotonic() > until_s:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(late, signal.SIGKILL)
            time.sleep(0.002)

    def _note(self, source: Source, mutation: Mutation, what: str) -> None:
        kind = f"{what} (words)" if what == "survived" and mutation.about_words else what
        self.found[source.part][kind] += 1
        if self.told or kind == "survived":
            print(f"{kind:9s} {source.name}:{mutation.line}  {mutation}", flush=True)

    def report(self) -> int:
        """Print the table; return 1 if there is none."""
        for line in self.red:
            print(line)
        if self.red or not self.found:
            print("the tests must pass on the code as it is")
            return 1
        kinds = ("caught", "survived", "survived (words)", "unvisited", "impossible")
        print(f"{'':14s}{''.join(f'{kind:>18s}' for kind in ('tried', *kinds))}{'score':>8s}")
        for part, found in [*self.found.items(), ("all", sum(self.found.values(), Counter()))]:
            tried = found.total() - found["unvisited"] - found["impossible"]
            counts = "".join(f"{count:18d}" for count in (tried, *(found[kind] for kind in kinds)))
            print(f"{part:14s}{counts}{found['caught'] / max(tried, 1):8.1%}")
        return 0


def _run(items: list[pytest.Item], measure: coverage.Coverage | None = None) -> None:
    for item, following in zip(items, [*items[1:], None], strict=True):
        if measure:
            measure.switch_context(item.nodeid)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def _functions(path: Path) -> Loaded:
    """Return the functions that are loaded from *path*, by the place of their code."""
    found: Loaded = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename == str(path):
            found[_place(thing.__code__)].append(thing)
    return found


def _place(code: CodeType) -> Place:
    return code.co_qualname, code.co_firstlineno, code.co_linetable


def _caches() -> list[Any]:
    """Return what remembers results of ours from before the mutation."""
    return [
        thing for thing in gc.get_objects() if isinstance(thing, CACHED) and str(thing.__module__).startswith("dvara_examples")
    ]


def _apply(source: Source, mutation: Mutation, functions: Loaded) -> None:
    """Put the mutant in force: in the code of loaded functions, and in the module's constants."""
    before = compile(source.tree, str(source.path), "exec")
    mutation.put()
    after = compile(source.tree, str(source.path), "exec")
    in_force = False
    for old, new in _pairs(before, after):
        for function in functions.get(_place(old), ()) if old != new else ():
            function.__code__ = new
            in_force = True
    changed: set[str] = set()
    for statement in source.tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            inside = list(ast.walk(statement))
            if statement is mutation.statement or any(isinstance(node, ast.Name) and node.id in changed for node in inside):
                _rebind(source, statement.targets[0].id, statement.value)
                changed.add(statement.targets[0].id)
    if not (in_force or changed):
        raise ValueError("no function that is loaded has this code")


def _pairs(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Yield each code object inside both, outermost first; what the mutation took away has no partner."""
    inner = ([code for code in codes.co_consts if isinstance(code, CodeType)] for codes in (before, after))
    for old, new in zip(*inner, strict=False):
        if old.co_name == new.co_name:
            yield old, new
            yield from _pairs(old, new)


def _rebind(source: Source, name: str, value: ast.expr) -> None:
    """Give a constant its new value, wherever it was imported."""
    old = vars(source.module)[name]
    code = compile(ast.Expression(value), str(source.path), "eval")
    new = eval(code, vars(source.module))  # noqa: S307 - our own source
    for module in [module for key, module in sys.modules.items() if key.startswith("dvara_examples")]:
        for known in [known for known, found in vars(module).items() if found is old]:
            setattr(module, known, new)


if __name__ == "__main__":
    sys.exit(main())
