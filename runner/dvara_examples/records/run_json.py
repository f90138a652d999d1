"""``run.json``: the request of a session, and the outcome of each of its runs; transcripts are next to it.

Version 2 has what is needed to merge the sessions of several machines. Version 1 is read too: missing fields get the
value that they had then.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import TranscriptError
from dvara_examples.core.values import InvalidValue
from dvara_examples.records.results import SourceLine
from dvara_examples.records.serialization import from_plain, to_plain
from dvara_examples.records.verdict import Outcome

FORMAT = "dvara-examples/run"
VERSION = 2


@dataclass(frozen=True, slots=True)
class RuntimeEntry:
    """A runtime, without its location."""

    version: str
    origin: str


@dataclass(frozen=True, slots=True)
class ShardEntry:
    """Which part of the plan this is; *index* counts from 1."""

    index: int
    of: int


@dataclass(frozen=True, slots=True)
class About:
    """What is known about a session before its first run.

    *manifest* is the manifest's path, relative to the root if it is below it, and *manifest_sha256* the digest of its bytes.
    *selected* counts the runs of all shards. *started* is an ISO 8601 stamp.
    """

    started: str
    gateway: str
    deps: str
    runtimes: Mapping[str, RuntimeEntry]
    manifest: str = ""
    manifest_sha256: str = ""
    selected: int = 0
    shard: ShardEntry | None = None
    repeat: int = 1
    retries: int = 0
    allow_flaky: bool = False


@dataclass(frozen=True, slots=True)
class AttemptEntry:
    """One attempt: *transcript* is a file's name, or None if nothing started; *outcome* is None if it was not reached."""

    outcome: Outcome | None
    reason: str
    transcript: str | None


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run, with its name and place in the plan; *earlier* are attempts that did not pass, oldest first."""

    id: str
    language: str
    outcome: Outcome | None
    reason: str
    transcript: str | None
    title: str = ""
    places: tuple[SourceLine, ...] = ()
    position: int = 0
    repetition: int | None = None
    earlier: tuple[AttemptEntry, ...] = ()
    not_started: bool = False
    interrupted: bool = False
    internal: bool = False


@dataclass(frozen=True, slots=True)
class RunDocument:
    """The whole file; *finished* is false until the end, and stays so after an interruption.

    *disparities* are the ids of examples whose languages differed.
    """

    about: About
    finished: bool
    interrupted: bool
    runs: tuple[RunEntry, ...]
    disparities: tuple[str, ...] = ()

    @property
    def transcripts(self) -> tuple[str, ...]:
        """The names of all transcripts, including earlier attempts."""
        names = (name for run in self.runs for name in (*(each.transcript for each in run.earlier), run.transcript))
        return tuple(name for name in names if name)


def document_text(document: RunDocument) -> str:
    """Return *document* as the text of a file."""
    about = to_plain(document.about)
    assert isinstance(about, dict)
    rest = to_plain(document, leave_out=frozenset({"about"}))
    assert isinstance(rest, dict)
    return json.dumps({"format": FORMAT, "version": VERSION, **about, **rest}, indent=1, ensure_ascii=False) + "\n"


def read_document(path: Path) -> RunDocument:
    """Read the file *path*. Raises TranscriptError if it is missing, damaged or of another version."""
    try:
        plain = json.loads(path.read_text("utf-8"))
        return _document(plain)
    except OSError as error:
        raise TranscriptError(f"{path}: cannot be read ({error.strerror})", "name a folder that a run has written") from None
    except InvalidValue as error:
        where = f" at {'.'.join(map(str, error.path))}" if error.path else ""
        raise TranscriptError(f"{path}: found no summary of a run{where}: {error.cause}", error.hint) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        found = f"{path}: found no summary of a run ({type(error).__name__}: {error})"
        raise TranscriptError(found, "run the examples again") from None


def _document(plain: dict[str, object]) -> RunDocument:
    kind, version = plain.pop("format"), plain.pop("version")
    if kind != FORMAT or version not in (1, VERSION):
        raise InvalidValue(f"{FORMAT} of version 1 or {VERSION}", f"{kind} of version {version}")
    if version == 1:
        plain = _from_version_1(plain)
    named = {name: plain.pop(name) for name in About.__dataclass_fields__}
    return from_plain(RunDocument, {"about": named, **plain})


def _from_version_1(plain: dict[str, object]) -> dict[str, object]:
    runs = plain["runs"]
    assert isinstance(runs, list)
    known = {"deps": "locked", **{key: plain[key] for key in ("started", "gateway", "deps", "runtimes") if key in plain}}
    about = to_plain(About("", "", "", {}, selected=len(runs)))
    blank = to_plain(RunEntry("", "", None, "", None))
    assert isinstance(about, dict)
    assert isinstance(blank, dict)
    entries = [{**blank, **run, "reason": run["reason"] or "", "position": place} for place, run in enumerate(runs)]
    return {**about, **known, "finished": plain["finished"], "interrupted": False, "disparities": [], "runs": entries}
