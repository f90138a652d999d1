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
from dvara_examples.toolchains._install import platform_parts
from dvara_examples.toolchains._java.bundle import Bundle
from dvara_examples.toolchains._java.classfile import read_class
from dvara_examples.toolchains._java.intact import intact_folder
from dvara_examples.toolchains._java.jar import MANIFEST, write_manifest
from dvara_examples.toolchains._java.jdk import Jdk
from dvara_examples.toolchains._java.neighbours import neighbours
from dvara_examples.toolchains._tools import run_tool, undisturbed

COMPILE_LIMIT_S = 300.0

_LAYOUT = "2"
QUICKLY = ("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")
"""Options of javac's own JVM, which runs for about a second."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A script that was built: the jar with its classes and resources, and the class that is started."""

    jar: Path
    main_class: str


def compile_bundle(bundle: Bundle, jdk: Jdk, class_path: Sequence[Path], world: World) -> Compiled:
    """Return *bundle* compiled by *jdk* against *class_path*, from the cache if nothing has changed.

    Raises ToolchainError with javac's own text if it does not compile, or if no main class is found.
    """
    options = _options(bundle, jdk)
    if bundle.header.module and not _package(bundle.script):
        raise ToolchainError(f"{bundle.script} has //MODULE, but no package", "a module needs one: add a package line")

    def build(folder: Path) -> None:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            classes = Path(scratch)
            _javac(bundle, jdk, [*options, *_class_path_option(bundle, class_path)], classes, world)
            main = bundle.header.main or _main_class(bundle, classes)
            _pack(classes, bundle, main, folder / "app.jar")
        (folder / "main.json").write_text(json.dumps(main), "utf-8")

    folder = intact_folder(world, "java-classes", _key(bundle, jdk, options, class_path, world), build)
    return Compiled(folder / "app.jar", json.loads((folder / "main.json").read_text("utf-8")))


def _options(bundle: Bundle, jdk: Jdk) -> list[str]:
    """Return javac's options as JBang gives them: preview features, its defaults, then the script's own."""
    preview = ["--enable-preview", "-source", str(jdk.feature)] if bundle.header.preview else []
    return [*preview, "-g", "-parameters", *bundle.header.compile_options]


def _class_path_option(bundle: Bundle, class_path: Sequence[Path]) -> list[str]:
    """Return the option that names the jars; without any, javac looks into the working folder, as it does under JBang."""
    describes_module = any(source.name == "module-info.java" for source in bundle.sources)
    return ["-p" if describes_module else "-cp", os.pathsep.join(map(str, class_path))] if class_path else []


def _key(bundle: Bundle, jdk: Jdk, options: Sequence[str], class_path: Sequence[Path], world: World) -> str:
    """Hash everything that affects javac's result for *bundle*."""
    digest = hashlib.sha256()
    header = bundle.header
    parts: list[str] = [_LAYOUT, *platform_parts(), jdk.version, str(jdk.home), header.main or "", *options]
    parts += [part for pair in header.manifest.items() for part in pair]
    parts += map(str, class_path)
    parts += [part for source in bundle.sources for part in (source.name, _hash(source))]
    parts += [part for resource in bundle.resources for part in (resource.name, _hash(resource.file))]
    if not class_path:
        parts += [world.env("CLASSPATH") or ""]
        parts += [part for file in neighbours(bundle.sources, world.cwd) for part in (str(file), _hash(file))]
    for part in parts:
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:32]


def _hash(file: Path) -> str:
    """Return the hash of the contents of *file*."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _javac(bundle: Bundle, jdk: Jdk, options: Sequence[str], classes: Path, world: World) -> None:
    """Compile all sources of *bundle* into *classes*; files are named relative to the working folder, as a user would."""
    sources = [os.path.relpath(s, world.cwd) if s.is_relative_to(world.cwd) else str(s) for s in bundle.sources]
    argv = [jdk.tool("javac"), *QUICKLY, *options, "-d", str(classes), *sources]
    answer = run_tool(
        argv, env=undisturbed(world.environ), limit_s=COMPILE_LIMIT_S, stop=world.stop, place=world.place, cwd=world.cwd
    )
    if answer.code != 0:
        said = (answer.stderr or answer.stdout).strip()
        failed = f"{bundle.script.name} does not compile with JDK {jdk.version}"
        raise ToolchainError(f"{failed}\n{said}", "fix what javac reports")


def _main_class(bundle: Bundle, classes: Path) -> str:
    """Return the one class of the build that declares a main method; of several, the one named like the script.

    As under JBang, nested classes do not count. If several remain, JBang takes any; we report an error instead.
    """
    stem = bundle.script.stem
    with_main = sorted(_classes_with_main(classes))
    if len(with_main) > 1:
        package = _package(bundle.script)
        named = [name for name in with_main if name.rpartition(".")[2] == stem]
        with_main = [name for name in named if name == f"{package}.{stem}".lstrip(".")] or named or with_main
    if len(with_main) == 1:
        return with_main[0]
    if with_main:
        raise ToolchainError(
            f"{bundle.script.name} has several main methods (in {', '.join(with_main)}), and none of these classes is named "
            f"{stem}",
            "rename one, or name it in a line //MAIN",
        )
    raise ToolchainError(
        f"{bundle.script.name} has no main method in a top-level class", "add one, or name the class to start in a line //MAIN"
    )


def _package(script: Path) -> str:
    """Return the package that *script* is in, or ""."""
    found = _PACKAGE.search(_COMMENT.sub("", script.read_text("utf-8", errors="replace")))
    return found.group(1) if found else ""


def _classes_with_main(classes: Path) -> Iterator[str]:
    """Yield the top-level classes that declare a main method."""
    for file in classes.rglob("*.class"):
        if "$" not in file.name and read_class(file.read_bytes()).has_main:
            yield ".".join(file.relative_to(classes).with_suffix("").parts)


def _pack(classes: Path, bundle: Bundle, main: str, jar: Path) -> None:
    """Write classes and resources into *jar*, with fixed dates and order, so that equal builds are equal files."""
    files = {file.relative_to(classes).as_posix(): file for file in classes.rglob("*") if file.is_file()}
    files |= {resource.name: resource.file for resource in bundle.resources if resource.name != MANIFEST}
    with zipfile.ZipFile(jar, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(MANIFEST, _EPOCH), write_manifest({"Main-Class": main, **bundle.header.manifest}))
        for name, file in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), file.read_bytes())
