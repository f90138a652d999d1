"""The JBang on ``PATH``: what it is, whether it can start without a download, and where it keeps what it builds."""

import os
import pwd
import re
import shutil
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.world import World
from dvara_examples.toolchains import Progress
from dvara_examples.toolchains._java.one_at_a_time import one_at_a_time

_READ_LIMIT_BYTES = 64 * 1024
_HOME_OPTION = re.compile(r"-Duser\.home=(\S+)")
_VERSION = re.compile(r"\d+(\.\d+)+")


@dataclass(frozen=True, slots=True)
class JBang:
    """The executable on ``PATH``; *version* is "" if no file states it.

    *is_complete* is False for JBang's shell script without its jar, which would download JBang before it reads any option.
    """

    executable: Path
    version: str = ""
    is_complete: bool = True


def find_jbang(world: World) -> JBang | None:
    """Return the JBang on ``PATH``, or None. Starts nothing."""
    if world.place is not None:
        return None  # JBang's homes and caches are looked up on this machine only
    found = shutil.which("jbang", path=world.env("PATH") or "")
    if found is None:
        return None
    folder = Path(found).resolve().parent
    installed = _folder(world, Path(world.env("HOME") or "~").expanduser()) / "bin"
    jars = [folder / "jbang.jar", folder / ".jbang" / "jbang.jar"]
    if (installed / "jbang").is_file():
        jars.append(installed / "jbang.jar")
    jar = next((jar for jar in jars if jar.is_file()), None)
    is_complete = jar is not None or _has_binary(folder, world) or not _is_download_script(Path(found))
    return JBang(Path(found), _version(jar.parent if jar else folder), is_complete)


def cache_folder(world: World) -> Path:
    """Return the folder that JBang builds into.

    Its JVM asks for ``user.home``, which is the home of the password file: ``HOME`` does not move it.
    """
    if (cache := world.env("JBANG_CACHE_DIR")) is not None:
        return world.cwd / cache
    options = " ".join(world.env(name) or "" for name in ("JAVA_TOOL_OPTIONS", "JBANG_JAVA_OPTIONS"))
    moved = _HOME_OPTION.findall(options)
    return _folder(world, Path(moved[-1]) if moved else _home_of_user()) / "cache"


def one_build(world: World, progress: Progress) -> AbstractContextManager[None]:
    """Hold the lock on JBang's cache, as concurrent builds into one cache can fail. Raises ToolchainError.

    The lock is in that cache, so that runs with their own caches wait for each other too; if it cannot be written, it is in
    our first writable folder.
    """
    return one_at_a_time("JBang", (cache_folder(world), world.cache_dir, world.state_dir), world, progress)


def _folder(world: World, home: Path) -> Path:
    """Return JBang's folder, which is in *home* if the user names none."""
    named = world.env("JBANG_DIR")
    return world.cwd / named if named else home / ".jbang"


def _home_of_user() -> Path:
    """Return the home that the password file gives the user, as the JVM does."""
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return Path("~").expanduser()


def _is_download_script(file: Path) -> bool:
    """Say whether *file* is the shell script that starts ``jbang.jar`` and downloads it if there is none."""
    try:
        with file.open("rb") as script:
            text = script.read(_READ_LIMIT_BYTES)
    except OSError:
        return False
    return text.startswith(b"#!") and b"jbang.jar" in text and b"download" in text


def _has_binary(folder: Path, world: World) -> bool:
    """Say whether *folder* holds JBang as a native program, which the script starts on request."""
    return world.env("JBANG_USE_NATIVE") == "true" and any(os.access(file, os.X_OK) for file in folder.glob("jbang.bin*"))


def _version(folder: Path) -> str:
    """Return the version that a distribution of JBang writes into a file."""
    for file in (folder / "version.txt", folder.parent / "version.txt"):
        with suppress(OSError):
            return found.group() if (found := _VERSION.search(file.read_text("utf-8", errors="replace"))) else ""
    return ""
