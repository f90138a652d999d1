"""Compares the manifest's paths with existing files; every folder is listed once, however many files are looked up."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path

from dvara_examples.core.values import InvalidValue, nearest, quoted

_VENDORED = "node_modules"


class _Kind(Enum):
    FILE = "a file"
    FOLDER = "a folder"
    LINK = "a symbolic link"
    OTHER = "something that is not a regular file"


@dataclass(frozen=True, slots=True)
class Script:
    """An existing script: *file* is absolute, *relative* is relative to the root, with forward slashes."""

    file: Path
    relative: str


@dataclass(frozen=True, slots=True)
class _Folder:
    """A listed folder inside the root: *path* is absolute, *relative* ends with a slash, or is empty for the root itself."""

    path: str
    relative: str
    entries: Mapping[str, _Kind]


@dataclass(slots=True)
class Scripts:
    """Finds scripts below *root*, by paths that are relative to *base*; *suffixes* are the endings of each language's scripts.

    Scripts that are *also_named* need no variant, nor do those that match one of the patterns *ignored*, relative to *base*.
    """

    root: Path
    base: Path
    suffixes: Mapping[str, tuple[str, ...]]
    also_named: Collection[Path] = ()
    ignored: Collection[str] = ()
    _folders: dict[str, _Folder] = field(default_factory=dict)
    _found: dict[tuple[str, str], Script] = field(default_factory=dict)
    _homes: dict[tuple[str, str], _Folder] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)
    _files: set[str] = field(default_factory=set)

    def find(self, written: str, language: str) -> Script:
        """Return the script at the path *written* in the manifest. Raises InvalidValue if it is not valid."""
        known = self._found.get((written, language))
        if known is not None:
            return known
        if written.startswith("/"):
            raise InvalidValue("a path relative to the manifest's folder", quoted(written))
        if not written:
            raise InvalidValue("the path of a script", "an empty path")
        before, _, name = written.rpartition("/")
        folder = self._folder(before, written)
        self._homes[language, folder.path] = folder
        self._check_entry(folder, name, written, language)
        if not name.endswith(self.suffixes[language]):
            raise InvalidValue(f"a {language} script ({', '.join(self.suffixes[language])})", quoted(written))
        script = Script(Path(folder.path, name), folder.relative + name)
        self._found[written, language] = script
        return script

    def unnamed(self) -> list[str]:
        """Return, relative to the root, the scripts next to those that were found that nobody named.

        Names that start with a dot or an underscore are left out: they mark helpers that are not examples.
        """
        missed = {
            folder.relative + name
            for (language, _), folder in self._homes.items()
            if _VENDORED not in folder.relative.split("/")
            for name, kind in folder.entries.items()
            if Path(folder.path, name) not in self.also_named
            and not self._ignored(folder, name)
            and kind in (_Kind.FILE, _Kind.LINK)
            and name.endswith(self.suffixes[language])
            and not name.startswith((".", "_"))
        }
        return sorted(missed - self._named)

    def looked_at(self) -> list[str]:
        """Return the absolute paths of the folders, lists and link targets that the result depends on."""
        return sorted(self._files.union(folder.path for folder in self._folders.values()))

    def find_list(self, written: str, expected: str = "a list of packages, or the path of a file that lists them") -> Path:
        """Return the file at the path *written* in the manifest. Raises InvalidValue, naming what is *expected*, if missing."""
        path = os.path.normpath(self.base / written)
        if written.startswith("/") or not (_inside(path, str(self.root)) and self._truly_inside(path)):
            raise InvalidValue("a path inside the repository", quoted(written))
        if not os.path.isfile(path):  # noqa: PTH113 - beside normpath, which pathlib lacks
            raise InvalidValue(expected, f"no file at {quoted(written)}")
        self._files.add(path)
        return Path(path)

    def find_env(self, written: str) -> Path:
        """Return the ``.env`` file at the path *written* in the manifest. Raises InvalidValue if there is none."""
        return self.find_list(written, "a .env file")

    def find_folder(self, written: str) -> Path:
        """Return the folder at the path *written* in the manifest. Raises InvalidValue if there is none."""
        return Path(self._folder(written, written).path)

    def _ignored(self, folder: _Folder, name: str) -> bool:
        """Tell whether a pattern matches the script *name* in *folder*, or a folder above it."""
        seen = Path(os.path.relpath(os.path.join(folder.path, name), self.base)).as_posix()  # noqa: PTH118 - may lead upwards
        parts = seen.split("/")
        wholes = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        return any(fnmatchcase(whole, pattern.rstrip("/")) for pattern in self.ignored for whole in wholes)

    def _folder(self, written: str, whole: str) -> _Folder:
        if written in self._folders:
            return self._folders[written]
        path = os.path.normpath(self.base / written)
        if not (_inside(path, str(self.root)) and self._truly_inside(path)):
            raise InvalidValue("a path inside the repository", quoted(whole))
        relative = os.path.relpath(path, self.root).replace(os.sep, "/")
        entries = _list_folder(path, written)
        folder = _Folder(path, "" if relative == "." else relative + "/", entries)
        self._folders[written] = folder
        return folder

    def _truly_inside(self, path: str) -> bool:
        """Tell whether *path* is inside the root after following every symbolic link."""
        return _inside(os.path.realpath(path), os.path.realpath(self.root))

    def _check_entry(self, folder: _Folder, name: str, written: str, language: str) -> None:
        kind = folder.entries.get(name)
        if kind is None:
            near = nearest(name, [n for n in folder.entries if n.endswith(self.suffixes[language])])
            if near:
                self._named.add(folder.relative + near)  # report one wrong name once, not twice
            hint = f"did you mean {written.removesuffix(name) + near!r}?" if near else ""
            raise InvalidValue("the path of a script", f"no file at {quoted(written)}", hint)
        self._named.add(folder.relative + name)
        if kind is _Kind.LINK:
            target = os.path.realpath(os.path.join(folder.path, name))  # noqa: PTH118 - beside realpath, which pathlib lacks
            if not self._truly_inside(target):
                raise InvalidValue("a file inside the repository", f"{quoted(written)}, a symbolic link that leads out of it")
            kind = _Kind.FILE if os.path.isfile(target) else _Kind.OTHER  # noqa: PTH113
            self._files.add(target)
        if kind is not _Kind.FILE:
            raise InvalidValue("the path of a script", f"{quoted(written)}, which is {kind.value}")


def _inside(path: str, root: str) -> bool:
    return os.path.commonpath((path, root)) == root


def _list_folder(path: str, written: str) -> dict[str, _Kind]:
    try:
        with os.scandir(path) as entries:
            return {entry.name: _kind(entry) for entry in entries}
    except (FileNotFoundError, NotADirectoryError):
        near = nearest(Path(path).name, _folders_in(Path(path).parent))
        hint = f"did you mean {near!r}?" if near else ""
        raise InvalidValue("an existing folder", f"no folder {quoted(written)}", hint) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidValue("a folder that can be listed", f"{quoted(written)} ({reason.lower()})") from None


def _folders_in(path: Path) -> list[str]:
    try:
        return [entry.name for entry in path.iterdir() if entry.is_dir()]
    except OSError:
        return []


def _kind(entry: os.DirEntry[str]) -> _Kind:
    if entry.is_symlink():
        return _Kind.LINK
    if entry.is_file(follow_symlinks=False):
        return _Kind.FILE
    return _Kind.FOLDER if entry.is_dir(follow_symlinks=False) else _Kind.OTHER
