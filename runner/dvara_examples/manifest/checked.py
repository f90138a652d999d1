"""Which manifests were valid before, so that a run does not check again what has not changed.

Whether words of plug-ins (expectations, answers, faults) are valid depends only on the text and on those plug-ins.
Checking imports all of them, while a run needs a few. So the digest of both is stored, one per manifest; if it is
unchanged, those values are not checked again. Everything else, such as which scripts exist, is checked each time.
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
    """The note about one manifest, in *file*; if it cannot be read or written, everything is checked.

    If it is not *writable*, nothing is stored: of the commands that run nothing, only `list`, which must be quick, stores it.
    """

    file: Path
    writable: bool = True

    @classmethod
    def of(cls, manifest: Path, cache_dir: Path, *, writable: bool = True) -> "CheckedBefore":
        """Return the note about *manifest* in *cache_dir*."""
        return cls(cache_dir / _FOLDER / hashlib.sha256(os.fsencode(manifest)).hexdigest()[:32], writable)

    def holds(self, text: str) -> bool:
        """Tell whether exactly this *text* was valid with exactly these plug-ins."""
        try:
            return self.file.read_text("ascii") == _digest(text)
        except (OSError, UnicodeDecodeError):
            return False

    def note(self, text: str) -> None:
        """Note that *text* is valid."""
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
