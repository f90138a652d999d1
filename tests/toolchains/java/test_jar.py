"""What jars say about themselves, from jars that javac and the test make."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from dvara_examples.toolchains import Runtime
from dvara_examples.toolchains._java.classfile import read_class
from dvara_examples.toolchains._java.jar import MANIFEST, javafx_options, manifest_options, read_manifest, write_manifest


def put(jar: Path, **files: bytes) -> Path:
    """Write a jar; ``__`` in a name is a slash, ``_`` a dot."""
    with zipfile.ZipFile(jar, "w") as content:
        for name, data in files.items():
            content.writestr(name.replace("__", "/").replace("_", "."), data)
    return jar


def test_manifest_survives_its_line_limit(tmp_path: Path) -> None:
    """A value longer than a line of a manifest is broken, and put together again when it is read."""
    written = {"Add-Opens": " ".join(f"java.base/java.p{number}" for number in range(30)), "X": "é" * 80}
    data = write_manifest(written)
    assert max(len(line) for line in data.split(b"\r\n")) <= 72
    with zipfile.ZipFile(tmp_path / "a.jar", "w") as jar:
        jar.writestr(MANIFEST, data)
    assert read_manifest(tmp_path / "a.jar") == {"Manifest-Version": "1.0", **written}


def test_jar_without_a_manifest(tmp_path: Path) -> None:
    """A jar need not have one."""
    assert read_manifest(put(tmp_path / "a.jar", a_txt=b"")) == {}


@pytest.mark.parametrize(("java", "count"), [(8, 0), (9, 2), (21, 2), (22, 3)])
def test_options_start_with_the_java_that_knows_them(java: int, count: int) -> None:
    """Packages can be opened since Java 9; native access is asked for since Java 22."""
    attributes = {"Add-Opens": "a/b", "Add-Exports": "c/d", "Enable-Native-Access": "ALL-UNNAMED"}
    assert len(manifest_options(attributes, java)) == count


def test_javafx_goes_to_the_module_path(runtime: Runtime, tmp_path: Path) -> None:
    """JavaFX's modules are put on the module path and started; the empty jar next to each of them is not."""
    (tmp_path / "module-info.java").write_text("module javafx.base { }")
    javac = runtime.executable.parent / "javac"
    subprocess.run([javac, "-d", tmp_path / "classes", tmp_path / "module-info.java"], check=True)
    module = (tmp_path / "classes" / "module-info.class").read_bytes()
    full = put(tmp_path / "javafx-base-21-linux.jar", **{"module-info_class": module})
    empty = tmp_path / "javafx-base-21.jar"
    with zipfile.ZipFile(empty, "w") as content:
        content.writestr(MANIFEST, b"Automatic-Module-Name: javafx.baseEmpty\n")
    other = put(tmp_path / "gson-2.jar", a_txt=b"")
    expected = ("--module-path", os.pathsep.join([str(empty), str(full)]), "--add-modules", "javafx.base")
    assert javafx_options([other, empty, full]) == expected
    assert javafx_options([other]) == ()


@pytest.mark.parametrize("data", [b"", b"\xca\xfe\xba\xbe", b"PK\x03\x04" * 9, b"\xca\xfe\xba\xbe" + b"\0" * 40])
def test_what_is_not_a_class(data: bytes) -> None:
    """Other bytes are refused."""
    with pytest.raises(ValueError, match="not a class file"):
        read_class(data[:20])
