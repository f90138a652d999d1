"""Runs the package managers of the languages: their environment, their limits and their error messages."""

import hashlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.place import ProgramPlace
from dvara_examples.core.world import World
from dvara_examples.process.environment import child_environment
from dvara_examples.toolchains import Candidate, Deps, Fitness
from dvara_examples.toolchains._settings import decides, passes
from dvara_examples.toolchains._tools import run_tool, undisturbed

INSTALL_LIMIT_S = 600.0
"""How long one package manager may take; a first download over a slow line takes minutes."""
QUERY_LIMIT_S = 10.0
"""How long a runtime may take to print its version."""

GO_ONLINE = "go online and run this once more, later runs need no network"
"""The hint if a package manager could not reach the network."""

UV_WORDS = ("--color", "never", "--no-progress")
_UV_LOCK = threading.Lock()

_NO_NETWORK = re.compile(
    r"dns error|error sending request|tcp connect|Connect\b.*\berror|network (connectivity is|was) disabled"
    r"|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED",
    re.IGNORECASE,
)


_STALE = re.compile(
    r"ERR_PNPM_OUTDATED_LOCKFILE|YN0028|lockfile is frozen|lockfile( at \S+)? needs to be updated|are in sync\.|EUSAGE"
)
"""The package managers' messages about a lock that does not match its list."""
_MOST_CHARS = 1500


def install_environment(world: World, **added: str) -> dict[str, str]:
    """Return the environment of a package manager: the user's settings for indexes, proxies and certificates, no keys.

    A setting of the user, in upper or lower case, overrides *added*. What pip's settings say about
    the source of packages applies to uv too, which does not read them itself.
    """
    from dvara_examples.toolchains._pip_settings import as_uv_reads_them  # not needed if nothing is installed

    chosen = {name: value for name, value in world.environ.items() if passes(name)}
    added = {**as_uv_reads_them(world), **added}
    taken = {name.lower() for name in chosen}
    return chosen | {name: value for name, value in added.items() if name.lower() not in taken}


def deciding_settings(world: World) -> list[str]:
    """Return the user's settings that affect which releases are chosen; they distinguish one set of packages from another."""
    environ = install_environment(world)
    return sorted(f"{name}={value}" for name, value in environ.items() if decides(name))


def not_here(what: str, language: str, deps: Deps, said: str = "") -> ToolchainError:
    """Return the error of an offline run that would have to fetch *what*; *said* are lines of the tool that missed it."""
    return ToolchainError(_above(f"--offline forbids the download of {what}", said), how_to_prepare(language, deps))


def how_to_prepare(language: str, deps: Deps) -> str:
    """Return the command that fetches what *language* needs, and where to run it."""
    more = "" if deps is Deps.LOCKED else f" --deps {deps}"
    return f"run `dvara-examples setup --language {language}{more}` with network access"


@contextmanager
def offline_guard(world: World, what: str, language: str, deps: Deps = Deps.LOCKED) -> Iterator[None]:
    """If *world* is offline, turn a failure to get *what* into an error with the command that prepares it."""
    try:
        yield
    except ToolchainError as error:
        if world.offline and not world.stop.is_set():
            raise not_here(what, language, deps, error.diagnosis.cause.partition("\n")[2]) from error
        raise


def install(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    stop: threading.Event,
    what: str,
    stdin: str = "",
    anew: str = "",
    called: str = "",
    place: ProgramPlace | None = None,
) -> None:
    """Run a package manager that puts *what* (``the packages of …``) in place; *stop* ends it early; *stdin* is what it reads.

    *called* is its name, if not that of the program. Raises ToolchainError with the tool's own words, and with a hint
    if it could not reach the network, or if the lock does not match its list: *anew* is the command for that.
    """
    try:
        words = [str(part) for part in argv]
        answer = run_tool(words, env=environ, limit_s=INSTALL_LIMIT_S, stop=stop, cwd=cwd, stdin=stdin, place=place)
    except ToolchainError as error:
        raise ToolchainError(error.diagnosis.under(f"{what} could not be installed: ")) from error
    if answer.code == 0:
        return
    said = f"{answer.stdout}\n{answer.stderr}".strip()
    last_lines = "\n".join(f"    {line}" for line in said.splitlines()[-8:])
    if _NO_NETWORK.search(said):
        raise ToolchainError(_above(f"{what} are not here yet and could not be fetched", last_lines), GO_ONLINE)
    if anew and _STALE.search(said):
        lines = "\n".join(f"    {line}" for line in said.splitlines() if line.strip())[:_MOST_CHARS]
        lock = what.removeprefix("the packages of ")
        raise ToolchainError(_above(f"{lock} does not match its list", lines), f"bring it up to date with `{anew}`")
    tool = called or Path(argv[0]).name
    failed = f"{what} could not be installed, {tool} ended with {answer.code}"
    raise ToolchainError(_above(failed, last_lines), "correct what it names here")


def _above(cause: str, said: str) -> str:
    """Return *cause*, followed by the lines that a tool *said*, if any."""
    return f"{cause}\n{said}" if said else cause


def ask(argv: Sequence[str | Path], world: World, *, as_runs_do: bool = False) -> str:
    """Return the first line that a runtime prints when asked for its version, or nothing if it gives none in time.

    *as_runs_do*: it gets the environment of an example, because a runtime that needs more fails there. A version manager's
    shim needs the variables of its manager.
    """
    try:
        words = [str(part) for part in argv]
        environ = child_environment(world.environ, {}) if as_runs_do else undisturbed(world.environ)
        answer = run_tool(words, env=environ, limit_s=QUERY_LIMIT_S, stop=world.stop, cwd=world.cwd, place=world.place)
    except ToolchainError:
        return ""
    return answer.stdout.strip().partition("\n")[0] if answer.code == 0 else ""


def may_choose(found: str, name: str) -> bool:
    """Tell whether the executable *found*, wanted by the *name* of a runtime, may be a version manager's shim.

    A shim is a script, a link to a program of another name, or a binary in a folder of shims. It chooses by the current folder,
    and runs start in other folders than probes: so the runtime behind it is looked up once, and started directly.
    """
    real = Path(found).resolve()
    try:
        with real.open("rb") as file:
            is_script = file.read(2) == b"#!"
    except OSError:
        return False
    return is_script or not real.name.startswith(name) or "shims" in Path(found).absolute().parent.parts


def find_uv() -> str:
    """Return the path of uv, which comes with this tool. Safe from any thread. Raises FileNotFoundError if it is gone.

    uv's own search asks Python how it was built, and Python 3.11 fills that table while other threads may read it already:
    https://github.com/python/cpython/issues/92452
    """
    import uv

    with _UV_LOCK:
        return uv.find_uv_bin()


def candidate_uv(world: World) -> Candidate:
    """Look for uv, which comes with this tool and installs Python's packages and a Node.js if there is none."""
    try:
        found = find_uv()
    except FileNotFoundError:
        hint = "install it next to this tool: python -m pip install uv"
        return Candidate("uv", "", Fitness.MISSING, "it comes with this tool, but is missing", hint)
    return Candidate(ask([found, "--version"], world).partition(" (")[0] or "uv", found, Fitness.FITS, "installs the packages")


def release(version: str) -> tuple[int, ...]:
    """Return a dotted version as comparable numbers."""
    return tuple(int(part) for part in version.split("."))


def platform_parts() -> tuple[str, ...]:
    """Return what distinguishes machines that could share a cache: system, processor and C library."""
    import platform

    musl = sorted(file.name for file in Path("/lib").glob("ld-musl-*"))
    return (platform.system(), platform.machine(), *platform.libc_ver(), *musl)


def fingerprint(parts: Iterable[bytes | str]) -> str:
    """Return a short hash of *parts*, the key of a folder in the cache."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()[:20]


def today(names: Iterable[str], world: World) -> tuple[bytes, ...]:
    """Return a key for the newest releases of *names* on one day; a day ends at midnight UTC."""
    return (b"latest", f"{world.clock.utc_now():%Y-%m-%d}".encode(), *(name.encode() for name in names))


def folder_with(file_name: str, project: Path, world: World) -> Path | None:
    """Return the folder whose *file_name* lists the dependencies of *project*, or None if there is no such list.

    It is looked up in *project* and its parent folders, up to the root; scripts without one (those
    outside the examples) use that of the examples in the same language.
    """
    within = [folder for folder in (project, *project.parents) if folder.is_relative_to(world.root)]
    return next((folder for folder in within if (folder / file_name).is_file()), None)
