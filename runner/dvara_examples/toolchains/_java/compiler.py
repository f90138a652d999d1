"""From sources to a jar in the cache, and which class in it is started.

A jar and no folder of classes, because the JVM's class-data archive refuses folders on the class path.
"""

import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains._java.bundle import Bundle
from dvara_examples.toolchains._java.intact import intact_folder
from dvara_examples.toolchains._java.jdk import Jdk
from dvara_examples.toolchains._tools import run_tool

COMPILE_LIMIT_S = 300.0

_LAYOUT = "1"
_QUICK = ("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_MAIN_WITH_ARGUMENTS = (b"\x01\x00\x04main", b"\x01\x00\x16([Ljava/lang/String;)V")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A script that was built: the jar with its classes and resources, and the class that is started."""

    jar: Path
    main_class: str


def compile_bundle(bundle: Bundle, jdk: Jdk, class_path: Sequence[Path], world: World) -> Compiled:
    """Return *bundle* compiled by *jdk* against *class_path*, from the cache where nothing has changed.

    Raises ToolchainError with javac's own text where it does not compile, or where no main class is found.
    """
    options = _options(bundle, jdk)

    def build(folder: Path) -> None:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            classes = Path(scratch)
            _javac(bundle, jdk, [*options, *_class_path_option(class_path, classes)], classes, world)
            main = bundle.header.main or _main_class(bundle, classes)
            _pack(classes, bundle, folder / "app.jar")
        (folder / "main.json").write_text(json.dumps(main), "utf-8")

    folder = intact_folder(world, "java-classes", _key(bundle, jdk, options, class_path), build)
    return Compiled(folder / "app.jar", json.loads((folder / "main.json").read_text("utf-8")))


def _options(bundle: Bundle, jdk: Jdk) -> list[str]:
    """Return javac's options: those that JBang gives by default, preview features, then the script's own."""
    preview = ["--enable-preview", "--release", str(jdk.feature)] if bundle.header.preview else []
    return ["-g", "-parameters", *preview, *bundle.header.compile_options]


def _class_path_option(class_path: Sequence[Path], classes: Path) -> list[str]:
    """Return the class path for javac; with *classes* in it, it is never empty, which would mean the current folder."""
    return ["-cp", os.pathsep.join(map(str, (*class_path, classes)))]


def _key(bundle: Bundle, jdk: Jdk, options: Sequence[str], class_path: Sequence[Path]) -> str:
    """Hash all that decides what javac makes of *bundle*."""
    digest = hashlib.sha256()
    parts: list[str] = [_LAYOUT, jdk.version, str(jdk.home), bundle.header.main or "", *options, *map(str, class_path)]
    parts += [part for source in bundle.sources for part in (source.name, _hash(source))]
    parts += [part for resource in bundle.resources for part in (resource.name, _hash(resource.file))]
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:32]


def _hash(file: Path) -> str:
    """Return the hash of the contents of *file*."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _javac(bundle: Bundle, jdk: Jdk, options: Sequence[str], classes: Path, world: World) -> None:
    """Compile all sources of *bundle* into *classes*; files are named as seen from the working folder, as a user would."""
    sources = [os.path.relpath(s, world.cwd) if s.is_relative_to(world.cwd) else str(s) for s in bundle.sources]
    argv = [jdk.tool("javac"), *_QUICK, *options, "-d", str(classes), *sources]
    answer = run_tool(argv, env=world.environ, limit_s=COMPILE_LIMIT_S, stop=world.stop, cwd=world.cwd)
    if answer.code != 0:
        said = (answer.stderr or answer.stdout).strip()
        raise ToolchainError(f"{bundle.script.name} does not compile with JDK {jdk.version}; correct what javac says:\n{said}")


def _main_class(bundle: Bundle, classes: Path) -> str:
    """Return the class named like the script, else the one class of the build that has a main method with arguments."""
    text = _COMMENT.sub("", bundle.script.read_text("utf-8", errors="replace"))
    package = _PACKAGE.search(text)
    named = f"{package.group(1)}.{bundle.script.stem}" if package else bundle.script.stem
    if (classes / (named.replace(".", "/") + ".class")).is_file():
        return named
    with_main = sorted(_classes_with_main(classes))
    if len(with_main) != 1:
        found = f"several classes have one ({', '.join(with_main)})" if with_main else "no class has one"
        raise ToolchainError(
            f"the main method of {bundle.script.name} is not told: no class is named {named}, and {found}; "
            "name the class like the file, or add a line //MAIN with its full name"
        )
    return with_main[0]


def _classes_with_main(classes: Path) -> Iterator[str]:
    """Yield the outer classes whose constants hold both ``main`` and its usual signature."""
    for file in classes.rglob("*.class"):
        if "$" not in file.name and all(mark in file.read_bytes() for mark in _MAIN_WITH_ARGUMENTS):
            yield ".".join(file.relative_to(classes).with_suffix("").parts)


def _pack(classes: Path, bundle: Bundle, jar: Path) -> None:
    """Write classes and resources into *jar*, with fixed dates and order, so that equal builds are equal files."""
    files = {file.relative_to(classes).as_posix(): file for file in classes.rglob("*") if file.is_file()}
    files |= {resource.name: resource.file for resource in bundle.resources}
    with zipfile.ZipFile(jar, "w", zipfile.ZIP_STORED) as archive:
        for name, file in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), file.read_bytes())
