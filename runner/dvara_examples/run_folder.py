"""The folder of one session: a transcript per run, and ``run.json``, which says what was selected and what became of it.

Every file is written beside its place and moved into it, so that none is ever half-written. ``run.json`` is there from the
start (``finished`` is false) and replaced at the end, also after an interruption.
"""

import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from dvara_examples.errors import TranscriptError
from dvara_examples.results import RunResult
from dvara_examples.toolchains import Runtime
from dvara_examples.transcript import Transcript
from dvara_examples.transcript_file import read_transcript, write_transcript
from dvara_examples.verdict import Outcome

T = TypeVar("T")

FORMAT = "dvara-examples/run"
VERSION = 1
_SUMMARY = "run.json"


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One line of ``run.json``: a run, its outcome as it was, and its transcript's file where it has one."""

    variant_id: str
    language: str
    outcome: Outcome | None
    reason: str
    transcript: Path | None


@dataclass(frozen=True, slots=True)
class StoredAbout:
    """What ``run.json`` says of the session as a whole; where its runtimes lay is not kept."""

    started_utc: str
    gateway: str
    deps: str
    runtimes: tuple[Runtime, ...]


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A folder below ``runs``; its name is the session's id, and sorts by time."""

    path: Path

    @classmethod
    def create(cls, runs_dir: Path, now: datetime) -> "RunFolder":
        """Make a new folder named after *now* (UTC) and a random suffix."""
        path = runs_dir / f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        path.mkdir(parents=True)
        return cls(path)

    def save(self, transcript: Transcript) -> Path:
        """Write one transcript and return its file."""
        path = self.path / f"{re.sub(r'[^A-Za-z0-9._-]+', '.', transcript.run.variant_id).strip('.')}.jsonl"
        write_transcript(path, transcript)
        return path

    def write_summary(
        self, about: Mapping[str, object], planned: Sequence[tuple[str, str]], results: Iterable[RunResult], *, finished: bool
    ) -> None:
        """Write ``run.json``: *planned* are (variant id, language) pairs in order, *results* what is known so far."""
        known = {result.variant_id: result for result in results}
        runs = [_entry(variant_id, language, known.get(variant_id)) for variant_id, language in planned]
        document = {"format": FORMAT, "version": VERSION, **about, "finished": finished, "runs": runs}
        _write_atomically(self.path / _SUMMARY, json.dumps(document, indent=1, ensure_ascii=False) + "\n")

    def read_summary(self) -> tuple[StoredRun, ...]:
        """Read the runs in ``run.json``. Raises TranscriptError where it is missing, damaged or of another version."""
        return self._read(lambda document: tuple(self._stored(entry) for entry in document["runs"]))

    def read_about(self) -> StoredAbout:
        """Read what ``run.json`` says of the session. Raises TranscriptError, as above."""
        return self._read(_about)

    def _read(self, take: Callable[[Any], T]) -> T:
        path = self.path / _SUMMARY
        try:
            document = json.loads(path.read_text("utf-8"))
            if document["format"] != FORMAT or document["version"] != VERSION:
                found = f"{document['format']} version {document['version']}"
                raise TranscriptError(f"{path}: found {found}; {FORMAT} version {VERSION} is accepted")
            return take(document)
        except OSError as error:
            raise TranscriptError(f"{path}: cannot be read ({error.strerror}); name a folder that a run has written") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            sentence = f"{path}: found no summary of a run ({type(error).__name__}: {error}); run the examples again"
            raise TranscriptError(sentence) from None

    def _stored(self, entry: Mapping[str, str | None]) -> StoredRun:
        file, outcome = entry["transcript"], entry["outcome"]
        return StoredRun(
            str(entry["id"]),
            str(entry["language"]),
            Outcome(outcome) if outcome else None,
            str(entry["reason"] or ""),
            self.path / Path(file).name if file else None,
        )


def _about(document: Any) -> StoredAbout:  # noqa: ANN401 - what JSON gives
    runtimes = (Runtime(name, str(r["version"]), Path(), str(r["origin"])) for name, r in document["runtimes"].items())
    deps = str(document.get("deps", "locked"))  # older folders lack it
    return StoredAbout(str(document["started"]), str(document["gateway"]), deps, tuple(runtimes))


def _entry(variant_id: str, language: str, result: RunResult | None) -> dict[str, object]:
    stored = result.stored.name if result and result.stored else None
    outcome = result.verdict.outcome.value if result else None
    reason = result.verdict.reason if result else "not started"
    return {"id": variant_id, "language": language, "outcome": outcome, "reason": reason, "transcript": stored}


def _write_atomically(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def find_run(runs_dir: Path, name: str, cwd: Path) -> RunFolder:
    """Find a stored run by its id, the beginning of it, ``latest``, or a path. Raises TranscriptError."""
    as_path = cwd / name
    if (as_path / _SUMMARY).is_file():
        return RunFolder(as_path)
    stored = sorted(path.parent for path in runs_dir.glob(f"*/{_SUMMARY}"))
    if name == "latest" and stored:
        return RunFolder(stored[-1])
    fitting = [path for path in stored if path.name.startswith(name)]
    if len(fitting) == 1:
        return RunFolder(fitting[0])
    listing = ", ".join(path.name for path in stored[-3:]) or "none yet"
    found = f"{len(fitting)} runs begin with {name!r}" if fitting else f"no run is named {name!r}"
    raise TranscriptError(f"{found} in {runs_dir}; latest, an id, or a folder is accepted (newest: {listing})")


def load_transcript(stored: StoredRun) -> Transcript | None:
    """Read the transcript of a stored run, or None where it has none."""
    return read_transcript(stored.transcript) if stored.transcript else None
