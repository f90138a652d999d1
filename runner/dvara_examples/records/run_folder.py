"""The folder of one session: a transcript per run, and ``run.json`` with what was selected and the results.

Every file is written under another name and moved into place, so none is ever incomplete. ``run.json`` exists from the
start (``finished`` is false) and is replaced at the end, also after an interruption.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dvara_examples.core.errors import TranscriptError
from dvara_examples.core.runtime import Runtime
from dvara_examples.records.results import RunResult, Summary, shown_id
from dvara_examples.records.run_json import About, AttemptEntry, RunDocument, RunEntry, document_text, read_document
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.transcript_file import read_transcript, write_transcript
from dvara_examples.records.verdict import Outcome

_SUMMARY = "run.json"
INTERNAL_ERRORS = "internal-errors.txt"
"""The file that takes what is to be reported of faults of this program."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One line of ``run.json``: a run, its original outcome, and its transcript's file if it has one."""

    variant_id: str
    language: str
    outcome: Outcome | None
    reason: str
    transcript: Path | None


@dataclass(frozen=True, slots=True)
class StoredAbout:
    """What ``run.json`` says about the session as a whole; the location of its runtimes is not stored."""

    started_utc: str
    gateway: str
    deps: str
    runtimes: tuple[Runtime, ...]


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A folder below ``runs``; its name is the session's id, which sorts by time."""

    path: Path

    @classmethod
    def create(cls, runs_dir: Path, now: datetime) -> "RunFolder":
        """Create a folder named after *now* (UTC) and a random suffix; git ignores all of them."""
        path = runs_dir / f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        path.mkdir(parents=True)
        with contextlib.suppress(FileExistsError), (runs_dir / ".gitignore").open("x", encoding="utf-8") as file:
            file.write("*\n")
        return cls(path)

    def save(self, transcript: Transcript, repetition: int | None = None, attempt: int = 1) -> Path:
        """Write one transcript and return its file."""
        name = re.sub(r"[^A-Za-z0-9._-]+", ".", shown_id(transcript.run.variant_id, repetition)).strip(".")
        path = self.path / (f"{name}.jsonl" if attempt == 1 else f"{name}.try{attempt}.jsonl")
        write_transcript(path, transcript)
        return path

    def write_summary(
        self,
        about: About,
        planned: Sequence[RunEntry],
        results: Sequence[RunResult] = (),
        *,
        finished: bool,
        summary: Summary | None = None,
    ) -> None:
        """Write ``run.json``: *planned* are all runs in order, *results* those of the first ones, *summary* is their summary."""
        runs = tuple(map(_with_result, planned, results)) + tuple(planned[len(results) :])
        interrupted = summary is not None and summary.interrupted
        self.write_document(RunDocument(about, finished, interrupted, runs, differing(summary) if summary else ()))

    def write_document(self, document: RunDocument) -> None:
        """Write ``run.json``."""
        _write_atomically(self.path / _SUMMARY, document_text(document))

    def read(self) -> RunDocument:
        """Read ``run.json``. Raises TranscriptError if it is missing, damaged or of another version."""
        return read_document(self.path / _SUMMARY)

    def read_summary(self) -> tuple[StoredRun, ...]:
        """Read the runs in ``run.json``. Raises TranscriptError, as :meth:`read` does."""
        return tuple(
            StoredRun(entry.id, entry.language, entry.outcome, entry.reason, self.file(entry.transcript))
            for entry in self.read().runs
        )

    def read_about(self) -> StoredAbout:
        """Read the session of ``run.json``. Raises TranscriptError, as :meth:`read` does."""
        about = self.read().about
        runtimes = (Runtime(name, entry.version, Path(), entry.origin) for name, entry in about.runtimes.items())
        return StoredAbout(about.started, about.gateway, about.deps, tuple(runtimes))

    def file(self, name: str | None) -> Path | None:
        """Return the transcript that ``run.json`` calls *name*, which must be inside the folder."""
        return self.path / Path(name).name if name else None


def differing(summary: Summary) -> tuple[str, ...]:
    """Return the ids of the examples whose languages differ."""
    return tuple(dict.fromkeys(disparity.example_id for disparity in summary.disparities))


def _with_result(entry: RunEntry, result: RunResult) -> RunEntry:
    last = _attempt(result)
    return replace(
        entry,
        outcome=last.outcome,
        reason=last.reason,
        transcript=last.transcript,
        title=result.title,
        places=result.places,
        earlier=tuple(map(_attempt, result.earlier)),
        not_started=result.not_started,
        interrupted=result.interrupted,
        internal=result.internal,
    )


def _attempt(result: RunResult) -> AttemptEntry:
    return AttemptEntry(result.verdict.outcome, result.verdict.reason, result.stored.name if result.stored else None)


def _write_atomically(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def stored_folders(runs_dir: Path) -> tuple[RunFolder, ...]:
    """Return every stored run, oldest first; of those that began in the same second, the one written last is the newest."""
    by_time = sorted(runs_dir.glob(f"*/{_SUMMARY}"), key=lambda path: (path.parent.name.partition("-")[0], _written_ns(path)))
    return tuple(RunFolder(path.parent) for path in by_time)


def _written_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # another process has just removed it
        return 0


def find_run(runs_dir: Path, name: str, cwd: Path) -> RunFolder:
    """Find a stored run by its id, the beginning of the id, ``latest``, or a path. Raises TranscriptError."""
    as_path = cwd / name
    if (as_path / _SUMMARY).is_file():
        return RunFolder(as_path)
    stored = [folder.path for folder in stored_folders(runs_dir)]
    if name == "latest" and stored:
        return RunFolder(stored[-1])
    fitting = [path for path in stored if path.name.startswith(name)]
    if len(fitting) == 1:
        return RunFolder(fitting[0])
    if not stored:
        raise TranscriptError(
            f"no run is stored yet in {runs_dir}, so none is named {name!r}", "start one: dvara-examples run all"
        )
    listing = ", ".join(path.name for path in stored[-3:])
    found = f"{len(fitting)} runs begin with {name!r}" if fitting else f"no run is named {name!r}"
    raise TranscriptError(f"{found} in {runs_dir}", f"latest, an id, or a folder is accepted (newest: {listing})")


def load_transcript(stored: StoredRun) -> Transcript | None:
    """Read the transcript of a stored run, or None if it has none."""
    return read_transcript(stored.transcript) if stored.transcript else None
