"""Which manifests were found good before, so that a run does not check again what has not changed.

What a manifest says in the words of plug-ins (expectations, answers, faults) depends on its text and on those plug-ins alone.
Checking it means importing all of them, while a run needs a few. So the digest of both is noted, one per manifest; where it is
the same, those values are taken as they are. Everything else, such as which scripts there are, is checked each time.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_PLUG_INS = ("expectations", "faults", "embedded_gateway", "manifest", "core")
_FOLDER = "checked"


@dataclass(frozen=True, slots=True)
class CheckedBefore:
    """The note about one manifest, in *file*; whatever keeps it from being read or written means that all is checked.

    Where it is not *writable* nothing is noted: of the commands that run nothing only `list`, which has to be quick, notes it.
    """

    file: Path
    writable: bool = True

    @classmethod
    def of(cls, manifest: Path, cache_dir: Path, *, writable: bool = True) -> "CheckedBefore":
        """Return the note about *manifest* in *cache_dir*."""
        return cls(cache_dir / _FOLDER / hashlib.sha256(os.fsencode(manifest)).hexdigest()[:32], writable)

    def holds(self, text: str) -> bool:
        """Tell whether just this *text* was found good by just these plug-ins."""
        try:
            return self.file.read_text("ascii") == _digest(text)
        except (OSError, UnicodeDecodeError):
            return False

    def note(self, text: str) -> None:
        """Note that *text* was found good."""
        if not self.writable:
            return
        beside = self.file.with_name(f"{self.file.name}.{os.getpid()}.new")
        with contextlib.suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(_digest(text), "ascii")
            beside.replace(self.file)


def _digest(text: str) -> str:
    found = hashlib.sha256("\0".join(_plug_ins()).encode())
    found.update(text.encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def _plug_ins() -> Iterator[str]:
    """Yield, for each module that checks values, what changes with it."""
    for name in _PLUG_INS:
        for folder, _, files in sorted(os.walk(_PACKAGE / name)):
            for file in sorted(files):
                if file.endswith(".py"):
                    state = os.stat(os.path.join(folder, file))  # noqa: PTH116, PTH118 - a hundred files at each start
                    yield f"{folder}/{file} {state.st_size} {state.st_mtime_ns}"
