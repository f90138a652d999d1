"""Malformed manifests, one file each: the manifest as it is, then comments with the files it needs and the expected message.

``python -m tests.manifest.defects`` writes the messages again after their wording changed; read the difference.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dvara_examples.core.errors import ManifestError
from dvara_examples.manifest import load_manifest
from dvara_examples.manifest.vocabulary import Vocabulary, installed_vocabulary

FOLDER = Path(__file__).parents[1] / "data" / "manifests"
_FILES, _EXPECTED, _INDENT = b"# files: ", b"# expected:\n", "#   "


@dataclass(frozen=True, slots=True)
class Defect:
    """A malformed manifest: its bytes, the scripts next to it, and the *message* that the loader must give."""

    name: str
    manifest: bytes
    files: tuple[str, ...]
    message: str

    def write_into(self, folder: Path) -> Path:
        """Write the manifest and its scripts into *folder* and return the manifest's path."""
        for name in self.files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
        path = folder / "manifest.yaml"
        path.write_bytes(self.manifest)
        return path


@cache
def defects() -> dict[str, Defect]:
    """Return every malformed manifest by its name."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.yaml"))}


def problems(defect: Defect, folder: Path, vocabulary: Vocabulary) -> ManifestError | None:
    """Load *defect* from *folder* and return what the loader has against it."""
    try:
        load_manifest(defect.write_into(folder), folder, vocabulary=vocabulary)
    except ManifestError as error:
        return error
    return None


def _read(path: Path) -> Defect:
    manifest, found, expected = path.read_bytes().partition(_EXPECTED)
    assert found, f"{path} lacks the line '# expected:'"
    lines = expected.decode().splitlines()
    assert lines, f"{path} expects no message"
    assert all(line.startswith(_INDENT) for line in lines), f"{path}: each line of the message starts with {_INDENT!r}"
    manifest, named, files = manifest.partition(_FILES)
    scripts = tuple(files.decode().strip().split(", ")) if named else ("hello.py",)
    return Defect(path.stem, manifest, scripts, "\n".join(line.removeprefix(_INDENT) for line in lines))


def _renew() -> None:
    from tempfile import TemporaryDirectory

    vocabulary = installed_vocabulary()
    for name, defect in defects().items():
        path = FOLDER / f"{name}.yaml"
        with TemporaryDirectory() as folder:
            error = problems(defect, Path(folder), vocabulary)
        assert error, f"{path} is not refused any more"
        head, _, _ = path.read_bytes().partition(_EXPECTED)
        message = "".join(f"{_INDENT}{line}\n" for line in str(error).splitlines())
        path.write_bytes(head + _EXPECTED + message.encode())


if __name__ == "__main__":
    _renew()
