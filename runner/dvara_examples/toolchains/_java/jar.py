"""What a jar says about itself: its manifest, its module, and whether it takes part in JBang's build."""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from os import pathsep
from pathlib import Path

from dvara_examples.toolchains._java.classfile import read_class

MANIFEST = "META-INF/MANIFEST.MF"
_INTEGRATION_LIST = "META-INF/jbang-integration.list"
_LINE_LIMIT_BYTES = 72
_OPTIONS = {"Add-Opens": ("--add-opens={}=ALL-UNNAMED", 9), "Add-Exports": ("--add-exports={}=ALL-UNNAMED", 9)}
_OPTIONS |= {"Enable-Native-Access": ("--enable-native-access={}", 22)}
_JAVAFX = "javafx"
_JAVAFX_NEEDS = "jdk.jsobject"
"""Part of the JDK up to 25; since then JavaFX brings it as a separate jar."""


def read_manifest(jar: Path) -> dict[str, str]:
    """Return the main section of the manifest of *jar*; nothing if there is none."""
    with zipfile.ZipFile(jar) as content:
        return _manifest(content)


def write_manifest(attributes: Mapping[str, str]) -> bytes:
    """Return a manifest with *attributes*, in lines of the length that the JAR specification allows."""
    lines: list[bytes] = []
    for name, value in {"Manifest-Version": "1.0", **attributes}.items():
        rest = f"{name}: {value}".encode()
        while len(rest) > _LINE_LIMIT_BYTES - 2:
            lines.append(rest[: _LINE_LIMIT_BYTES - 2])
            rest = b" " + rest[_LINE_LIMIT_BYTES - 2 :]
        lines.append(rest)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def manifest_options(attributes: Mapping[str, str], java: int) -> tuple[str, ...]:
    """Return the JVM options that JBang derives from a script's manifest for *java*, the JVM's feature release."""
    return tuple(
        option.format(item)
        for name, (option, since) in _OPTIONS.items()
        if java >= since
        for item in attributes.get(name, "").split()
    )


def javafx_options(jars: Iterable[Path]) -> tuple[str, ...]:
    """Return the JVM options that put the JavaFX modules among *jars* on the module path; JavaFX does not start without."""
    named = [(jar, _module(jar)) for jar in jars if jar.name.startswith(("javafx-", "jdk-jsobject"))]
    on_path = [(jar, name) for jar, name in named if name.startswith(_JAVAFX) or name == _JAVAFX_NEEDS]
    modules = [name for _, name in on_path if name.startswith(_JAVAFX) and not name.endswith("Empty")]
    if not modules:
        return ()
    return ("--module-path", pathsep.join(str(jar) for jar, _ in on_path), "--add-modules", ",".join(modules))


def takes_part_in_builds(jar: Path) -> bool:
    """Say whether *jar* adds a step to JBang's build, as Quarkus does."""
    with zipfile.ZipFile(jar) as content:
        return _INTEGRATION_LIST in content.namelist()


def _module(jar: Path) -> str:
    """Return the name of the module in *jar*, or ""."""
    with zipfile.ZipFile(jar) as content:
        if "module-info.class" in content.namelist():
            return read_class(content.read("module-info.class")).module
        return _manifest(content).get("Automatic-Module-Name", "")


def _manifest(content: zipfile.ZipFile) -> dict[str, str]:
    if MANIFEST not in content.namelist():
        return {}
    pairs = (line.partition(":") for line in _lines(content.read(MANIFEST)))
    return {name: value.strip() for name, colon, value in pairs if colon}


def _lines(data: bytes) -> Iterator[str]:
    """Yield the lines of the main section, with those that were broken put together again."""
    whole = b""
    for line in data.splitlines():
        if line.startswith(b" "):
            whole += line[1:]
            continue
        if whole:
            yield whole.decode(errors="replace")
        if not line:
            return
        whole = line
    if whole:
        yield whole.decode(errors="replace")
