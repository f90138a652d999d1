"""Every malformed manifest in the test data is refused with exactly the message beside it."""

import re
from pathlib import Path

import pytest

from dvara_examples.errors import ExitCode, ManifestError
from dvara_examples.manifest import load_manifest
from dvara_examples.manifest.vocabulary import Vocabulary

DATA = Path(__file__).parents[1] / "data"
DEFECTS = sorted(path.name for path in (DATA / "manifests").iterdir())
GOOD = sorted(path.name for path in (DATA / "good-manifests").iterdir())


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_is_told_with_its_line_and_column(defect: str, vocabulary: Vocabulary) -> None:
    """A malformed manifest leads to exit code 2 and to its expected sentences, each with a line and a column."""
    folder = DATA / "manifests" / defect
    with pytest.raises(ManifestError) as caught:
        load_manifest(folder / "manifest.yaml", folder, vocabulary=vocabulary)
    assert "\n".join(caught.value.problems) + "\n" == (folder / "expected.txt").read_text()
    assert all(re.match(r"manifest\.yaml:[1-9]\d*:[1-9]\d*: \S", problem) for problem in caught.value.problems)
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("name", GOOD)
def test_each_good_manifest_is_taken(name: str, vocabulary: Vocabulary) -> None:
    """A manifest without a defect loads, and every script that it names exists."""
    folder = DATA / "good-manifests" / name
    manifest = load_manifest(folder / "manifest.yaml", folder, vocabulary=vocabulary)
    assert manifest.variants
    assert all(variant.file.is_file() and variant.file == folder / variant.relative for variant in manifest.variants)
