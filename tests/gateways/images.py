"""The container engine of the tests, and images for it, built out of this machine's own Python: no registry is asked."""

import io
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import docker
import pytest
import requests
import uv

from tests.gateways.relays import IMAGE, RELAY

if TYPE_CHECKING:
    from docker import DockerClient

_LEFT_OUT = ("__pycache__", "site-packages", "dist-packages", "test", "idlelib", "tkinter", "ensurepip", "lib2to3", "config-")
Wanted = Callable[[tarfile.TarInfo], tarfile.TarInfo | None]
_LARGEST = "polars"
"""A third of LiteLLM's environment, which only its reports of costs need."""
_INTERPRETER = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
_LIBRARY = Path(sysconfig.get_path("stdlib"))
_LEFT_OUT_OF_JDK = ("src.zip", "jmods", "demo", "docs", "legal", "man", "include")
_TOOLS = ("sh", "env", "sleep", "cat", "readlink", "nice")
_PREFIX = _LIBRARY.parent.parent
"""The folder below which Python looks for ``lib/pythonX.Y``."""
_SETTINGS = (f"ENV PYTHONHOME={_PREFIX}", "ENV PYTHONUNBUFFERED=1")


@contextmanager
def engine_or_skip(timeout_s: float = 60) -> Iterator[tuple[str, "DockerClient"]]:
    """Yield the address of an engine that answers and a client of it, or skip with the reason."""
    found = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    with closing(docker.DockerClient(base_url=found, version="1.41", timeout=timeout_s)) as client:
        if refusal := _refusal(client):  # no exception goes on with the report: it would hold the socket for a later test
            pytest.skip(f"not run, as no container engine answers at {found}: {refusal}")
        yield found, client


def _refusal(client: "DockerClient") -> str:
    try:
        client.ping()
    except (docker.errors.DockerException, requests.RequestException) as error:
        return str(error)[:100]
    return ""


def _wanted(entry: tarfile.TarInfo, *, compiled: bool = False) -> tarfile.TarInfo | None:
    """Leave out what no script needs; without compiled modules a read-only image compiles them at each start."""
    left_out = _LEFT_OUT[1:] if compiled else _LEFT_OUT
    return None if any(part.startswith(left_out) for part in Path(entry.name).parts) else entry


def build_image(client: "DockerClient") -> None:
    """Import a root file system with Python and the relay, in about a second; an image that is there is made again."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT) as archive:
        _add_python(archive, ())
        archive.add(RELAY, "relay.py")
    changes = ["WORKDIR /gateway", *_SETTINGS]
    repository, _, tag = IMAGE.partition(":")
    client.api.import_image_from_data(data.getvalue(), repository=repository, tag=tag, changes=changes)


def build_program_image(client: "DockerClient", name: str, packages: Path, code: str, folder: Path) -> None:
    """Import a root file system with Python and the installed *packages*, whose entry point runs *code*, by way of *folder*."""
    path = folder / "root.tar"
    with tarfile.open(path, mode="w", format=tarfile.GNU_FORMAT) as archive:
        _add_python(archive, [str(library) for library in packages.rglob("*.so*")])
        archive.add(packages, "packages", filter=lambda entry: None if _LARGEST in entry.name else entry)
    entry = json.dumps(["/python", "-c", code])
    changes = ["WORKDIR /gateway", *_SETTINGS, "ENV PYTHONPATH=/packages", "ENV HOME=/tmp", f"ENTRYPOINT {entry}"]
    repository, _, tag = name.partition(":")
    client.api.import_image_from_file(str(path), repository=repository, tag=tag, changes=changes)
    path.unlink()


def build_language_image(client: "DockerClient", name: str) -> None:
    """Import a root file system with this machine's Python where it lies here, a shell, and what scripts are started by."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT) as archive:
        _add_language(archive, ())
    repository, _, tag = name.partition(":")
    changes = [f"ENV PATH={_INTERPRETER.parent}:/usr/bin:/bin"]
    client.api.import_image_from_data(data.getvalue(), repository=repository, tag=tag, changes=changes)


def build_languages_image(client: "DockerClient", name: str, node: Path, npm: Path, jdk: Path, folder: Path) -> None:
    """Import the same with the *node* program, the package *npm* and the *jdk* of this machine, by way of *folder*."""
    path = folder / "root.tar"
    with tarfile.open(path, mode="w", format=tarfile.GNU_FORMAT, dereference=True) as archive:
        own = (
            "bin/java",
            "bin/javac",
            *(f"lib/{name}.so" for name in ("libjava", "libnet", "libnio", "libzip", "server/libjvm")),
        )
        _add_language(archive, [str(node), *(str(jdk / file) for file in own if (jdk / file).exists())])
        archive.add(node, "opt/node/bin/node")
        archive.add(npm, "opt/node/lib/node_modules/npm")
        _add_link(archive, "opt/node/bin/npm", "../lib/node_modules/npm/bin/npm-cli.js")
        _add_link(archive, "usr/bin/env", "/bin/env")
        _add_jdk(archive, jdk)
    repository, _, tag = name.partition(":")
    changes = [f"ENV PATH={_INTERPRETER.parent}:/opt/node/bin:/opt/jdk/bin:/usr/bin:/bin"]
    client.api.import_image_from_file(str(path), repository=repository, tag=tag, changes=changes)
    path.unlink()


def _add_jdk(archive: tarfile.TarFile, jdk: Path) -> None:
    """Add *jdk*, links as what they lead to; a distribution has some that lead nowhere."""
    for folder, folders, files in os.walk(jdk, followlinks=True):
        folders[:] = [name for name in folders if name not in _LEFT_OUT_OF_JDK]
        for path in (Path(folder, name) for name in files):
            if path.name not in _LEFT_OUT_OF_JDK and path.exists():
                archive.add(path, f"opt/jdk/{path.relative_to(jdk)}")


def _add_language(archive: tarfile.TarFile, programs: Sequence[str]) -> None:
    """Add Python where it lies here, a shell, and what *programs* need."""
    tools = [Path(found) for tool in _TOOLS if (found := shutil.which(tool)) is not None]
    needing = [*map(str, tools), uv.find_uv_bin(), *programs]
    _add_python(archive, needing, str(_INTERPRETER).lstrip("/"), lambda entry: _wanted(entry, compiled=True))
    for tool in tools:
        archive.add(tool.resolve(), f"bin/{tool.name}")
    if _INTERPRETER.name != "python3":
        _add_link(archive, str(_INTERPRETER.with_name("python3")).lstrip("/"), _INTERPRETER.name)


def _add_link(archive: tarfile.TarFile, name: str, target: str) -> None:
    link = tarfile.TarInfo(name)
    link.type, link.linkname = tarfile.SYMTYPE, target
    archive.addfile(link)


def _add_python(archive: tarfile.TarFile, libraries: Sequence[str], place: str = "python", wanted: Wanted = _wanted) -> None:
    """Add the interpreter with its library, and the shared libraries of the machine that it or *libraries* need."""
    archive.add(_INTERPRETER, place)
    archive.add(_LIBRARY, str(_LIBRARY).lstrip("/"), filter=wanted)
    own = [str(path) for path in _LIBRARY.joinpath("lib-dynload").glob("*.so")]
    for path in sorted(_needed([str(_INTERPRETER), *own, *libraries])):
        archive.add(path.resolve(), str(path).lstrip("/"))
    for folder in ("tmp", "etc", "gateway", "proc", "sys", "dev"):
        entry = tarfile.TarInfo(folder)
        entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
        archive.addfile(entry)


def _needed(files: Sequence[str]) -> set[Path]:
    """Return the shared libraries of the system that *files* need, the loader among them."""
    found = subprocess.run(["ldd", *files], capture_output=True, text=True, check=False).stdout
    named = {path for path in _paths(found) if path.exists()}
    return {
        path
        for path in named
        if path.is_relative_to("/lib")
        or path.is_relative_to("/lib64")
        or path.is_relative_to("/usr")
        or path.is_relative_to(_PREFIX)
    }


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
