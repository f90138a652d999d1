"""Which script's own classes have to come first on the class path: those that a package has too."""

import zipfile
from pathlib import Path

import pytest

from dvara_examples.toolchains._java.launch import _shadows

MANIFEST = "META-INF/MANIFEST.MF"


def jar(path: Path, *names: str, comment: bytes = b"", before: bytes = b"") -> Path:
    """Write a jar with empty files called *names*."""
    with zipfile.ZipFile(path, "w") as made:
        for name in names:
            made.writestr(name, b"")
        made.comment = comment
    path.write_bytes(before + path.read_bytes())
    return path


@pytest.mark.parametrize(
    ("own", "other", "shadows"),
    [
        (("Main.class", MANIFEST), ("org/Other.class", MANIFEST), False),
        (("Main.class",), ("org/Other.class", "Main.class"), True),
        (("Main.class",), ("org/Main.class", "NotMain.class", "Main.class.txt"), False),
        (("org/Main.class",), ("org/Main.class",), True),
        (("META-INF/maven/a/pom.xml", MANIFEST), ("META-INF/maven/a/pom.xml", MANIFEST), False),
        (("Übung.class",), ("Übung.class",), True),
        (("Main.class",), (), False),
    ],
)
@pytest.mark.parametrize("written", [{}, {"comment": b"signed by nobody"}, {"before": b"#!/bin/sh\n"}], ids=str)
def test_a_name_that_both_have(
    tmp_path: Path, own: tuple[str, ...], other: tuple[str, ...], shadows: bool, written: dict[str, bytes]
) -> None:
    """Whole names count, not parts of them, however the jar is written."""
    jars = (jar(tmp_path / "other.jar", "a/B.class"), jar(tmp_path / "package.jar", *other, **written))
    assert _shadows(jar(tmp_path / "own.jar", *own), jars) is shadows


def test_a_large_jar_is_read_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With more than 65 535 files the end of a jar is written another way."""
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    large = jar(tmp_path / "large.jar", "Main.class", "B.class", "C.class")
    assert b"PK\x06\x06" in large.read_bytes()
    assert _shadows(jar(tmp_path / "own.jar", "Main.class"), (large,))
    assert not _shadows(jar(tmp_path / "another.jar", "Other.class"), (large,))
