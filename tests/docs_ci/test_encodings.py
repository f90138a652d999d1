"""Scripts are read as their language reads them, and what cannot be read is told with its line."""

from pathlib import Path

import pytest

from dvara_examples.docs_ci.sources import Sources, Unknown, read_script
from dvara_examples.manifest import load_manifest
from tests.docs_ci.conftest import write_folder


def test_a_python_script_is_read_in_the_encoding_that_it_names(tmp_path: Path) -> None:
    """A cookie in its first two lines says how it is to be read (PEP 263)."""
    script = tmp_path / "old.py"
    script.write_bytes(b"#!/usr/bin/env python3\n# -*- coding: latin-1 -*-\r\nprint('caf\xe9')\n")
    assert read_script(script) == "#!/usr/bin/env python3\n# -*- coding: latin-1 -*-\r\nprint('café')\n"
    script.write_bytes("\ufeffprint('café')\n".encode())
    assert read_script(script) == "print('café')\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            b"a = 1\nb = 2\nprint('caf\xe9')\n",
            "greet.py:3: found the byte 0xe9, which is not utf-8 here; save the script as UTF-8",
        ),
        (b"print('caf\xe9')\n", "greet.py: its first two lines are not UTF-8"),
        (b"# coding: klingon\n", "name an encoding that Python does not know"),
    ],
)
def test_a_script_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, data: bytes, words: str) -> None:
    """In words about the script, not in a codec's."""
    folder = write_folder(tmp_path)
    (folder / "greet.py").write_bytes(data)
    manifest = load_manifest(folder / "manifest.yaml", folder)
    (variant,) = (one for one in manifest.variants if one.relative == "greet.py")
    with pytest.raises(Unknown) as caught:
        Sources(manifest).regions(variant)
    assert words in str(caught.value)
    assert "codec" not in str(caught.value)
