"""Builds an image out of this machine's own Python and libraries, as no image registry is asked by the tests."""

import io
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tests.gateways.relays import IMAGE, RELAY

if TYPE_CHECKING:
    from docker import DockerClient

_LEFT_OUT = ("site-packages", "dist-packages", "__pycache__", "test", "idlelib", "tkinter", "ensurepip", "lib2to3", "config-")
_INTERPRETER = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
_LIBRARY = Path(sysconfig.get_path("stdlib"))


def build_image(client: "DockerClient") -> None:
    """Import a root file system with Python and the relay, in about a second; an image that is there is made anew."""
    changes = ["WORKDIR /gateway", f"ENV PYTHONHOME={_prefix()}", "ENV PYTHONUNBUFFERED=1"]
    repository, _, tag = IMAGE.partition(":")
    client.api.import_image_from_data(_root(), repository=repository, tag=tag, changes=changes)


def _prefix() -> Path:
    """Return the folder below which Python looks for ``lib/pythonX.Y``."""
    return _LIBRARY.parent.parent


def _root() -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.add(_INTERPRETER, "python")
        archive.add(RELAY, "relay.py")
        archive.add(_LIBRARY, str(_LIBRARY).lstrip("/"), filter=_wanted)
        for path in sorted(_needed()):
            archive.add(path.resolve(), str(path).lstrip("/"))
        for folder in ("tmp", "etc", "gateway", "proc", "sys", "dev"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            archive.addfile(entry)
    return data.getvalue()


def _wanted(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if any(part.startswith(_LEFT_OUT) for part in Path(entry.name).parts) else entry


def _needed() -> set[Path]:
    """Return the shared libraries of the interpreter and its modules, the loader among them."""
    modules = list(_LIBRARY.joinpath("lib-dynload").glob("*.so"))
    found = subprocess.run(["ldd", str(_INTERPRETER), *map(str, modules)], capture_output=True, text=True, check=False).stdout
    return {path for path in _paths(found) if path.exists()}


def _paths(lines: str) -> Iterator[Path]:
    for line in lines.splitlines():
        words = line.replace("=>", " ").split()
        yield from (Path(word) for word in words if word.startswith("/") and not word.endswith(":"))


def foreign_program() -> IO[bytes]:
    """Return a root file system whose only program is made for no processor that is known."""
    data = io.BytesIO()
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + (2).to_bytes(2, "little") + (0xF00D).to_bytes(2, "little") + bytes(44)
    with tarfile.open(fileobj=data, mode="w") as archive:
        entry = tarfile.TarInfo("python")
        entry.size, entry.mode = len(header), 0o755
        archive.addfile(entry, io.BytesIO(header))
    data.seek(0)
    return data
