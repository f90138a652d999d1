"""How the package managers of the languages are run: their environment, their limits and what they say when they fail."""

import contextlib
import hashlib
import os
import re
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from dvara_examples.errors import ToolchainError
from dvara_examples.world import World

INSTALL_LIMIT_S = 600.0
"""How long one package manager may take; a first download over a slow line takes minutes."""
QUERY_LIMIT_S = 10.0
"""How long a runtime may take to tell its version."""

_PASSED_ON = re.compile(
    r"HOME|PATH|TMPDIR|LANG|LC_\w+|XDG_\w+|NETRC|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL|NODE_EXTRA)_CA_(BUNDLE|CERTS)"
    r"|(HTTPS?|ALL|NO)_PROXY|UV_\w+|NPM_CONFIG_\w+",
    re.IGNORECASE,
)
_FROM_PIP = {"PIP_INDEX_URL": "UV_DEFAULT_INDEX", "PIP_CERT": "SSL_CERT_FILE"}
_NO_NETWORK = re.compile(
    r"dns error|error sending request|tcp connect|Connect\b.*\berror|network connectivity is disabled"
    r"|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED",
    re.IGNORECASE,
)


def install_environment(world: World, **added: str) -> dict[str, str]:
    """Return the environment of a package manager: the user's settings for indexes, proxies and certificates, no keys.

    What *added* holds gives way to a setting of the user, whichever case that is written in. pip's index and
    certificate hold for uv too, which does not read them itself.
    """
    chosen = {name: value for name, value in world.environ.items() if _PASSED_ON.fullmatch(name)}
    for theirs, ours in _FROM_PIP.items():
        if value := world.env(theirs):
            added.setdefault(ours, value)
    taken = {name.lower() for name in chosen}
    return chosen | {name: value for name, value in added.items() if name.lower() not in taken}


def install(argv: Sequence[str | Path], *, cwd: Path, environ: Mapping[str, str], what: str) -> None:
    """Run a package manager that puts *what* (``the packages of …``) in place.

    Raises ToolchainError with the tool's own last lines, and with what to do where it could not reach the network.
    """
    try:
        status, said = _run(argv, cwd, environ, INSTALL_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise ToolchainError(
            f"{what} could not be installed within {INSTALL_LIMIT_S:g} s; look at the network and run again"
        ) from None
    if status == 0:
        return
    last_lines = "\n".join(f"    {line}" for line in said.strip().splitlines()[-8:])
    if _NO_NETWORK.search(said):
        raise ToolchainError(
            f"{what} are not here yet and could not be fetched; "
            f"go online once and run `dvara-examples setup`, later runs need no network:\n{last_lines}"
        )
    raise ToolchainError(f"{what} could not be installed, {Path(argv[0]).name} ended with {status}:\n{last_lines}")


def ask(argv: Sequence[str | Path], environ: Mapping[str, str], cwd: Path) -> str:
    """Return the first line that a runtime prints when asked for its version, or nothing where it gives none in time."""
    try:
        status, said = _run(argv, cwd, environ, QUERY_LIMIT_S)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.strip().partition("\n")[0] if status == 0 else ""


def _run(argv: Sequence[str | Path], cwd: Path, environ: Mapping[str, str], limit_s: float) -> tuple[int, str]:
    """Run *argv* in a process group of its own and return its status and output; nothing of it outlives this call."""
    process = subprocess.Popen(
        [str(part) for part in argv],
        cwd=cwd,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    with process:
        try:
            said, _ = process.communicate(timeout=limit_s)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, said.decode(errors="replace")


def release(version: str) -> tuple[int, ...]:
    """Return a dotted version as numbers that compare."""
    return tuple(int(part) for part in version.split("."))


def fingerprint(parts: Iterable[bytes | str]) -> str:
    """Return a short name for the content of *parts*, by which a folder of the cache is found again."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()[:20]


def folder_with(file_name: str, project: Path, world: World) -> Path | None:
    """Return the folder whose *file_name* lists the dependencies of *project*, or None where there is no such list.

    It is looked for in *project* and the folders that hold it, up to the root; what has none of its own (scripts
    outside the examples) uses that of the examples in the same language.
    """
    within = [folder for folder in (project, *project.parents) if folder.is_relative_to(world.root)]
    return next((folder for folder in within if (folder / file_name).is_file()), None)
