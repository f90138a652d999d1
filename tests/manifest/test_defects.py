"""Every malformed manifest in the test data is refused with exactly the message in its file."""

import re
from pathlib import Path

import pytest

from dvara_examples.core.errors import ExitCode
from dvara_examples.manifest import load_manifest
from dvara_examples.manifest.vocabulary import Vocabulary
from tests.manifest.defects import Defect, defects, problems

DATA = Path(__file__).parents[1] / "data"
_FORM = r"manifest\.yaml:[1-9]\d*:[1-9]\d*: (\S+: )?expected .+, found ."
GOOD = sorted(path.name for path in (DATA / "good-manifests").iterdir())


@pytest.mark.parametrize("defect", defects().values(), ids=lambda defect: defect.name)
def test_each_defect_is_told_with_its_line_and_column(defect: Defect, tmp_path: Path, vocabulary: Vocabulary) -> None:
    """A malformed manifest leads to exit code 2 and to its expected message, in which each problem has a line and a column."""
    error = problems(defect, tmp_path, vocabulary)
    assert error is not None
    assert str(error) == defect.message
    assert all(re.match(_FORM, problem.cause) for problem in error.problems)
    assert error.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("name", GOOD)
def test_each_good_manifest_is_taken(name: str, vocabulary: Vocabulary) -> None:
    """A manifest without a defect loads, and every script that it names exists."""
    folder = DATA / "good-manifests" / name
    manifest = load_manifest(folder / "manifest.yaml", folder, vocabulary=vocabulary)
    assert manifest.variants
    assert all(variant.file.is_file() and variant.file == folder / variant.relative for variant in manifest.variants)
