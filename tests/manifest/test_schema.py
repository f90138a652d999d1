"""The JSON Schema for editors: valid by itself, in step with the plug-ins, and of one mind with the loader where it can be."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from dvara_examples.manifest.reader import Unreadable, read_document
from dvara_examples.manifest.schema import FILE_NAME, manifest_schema, schema_text
from tests.manifest.defects import defects

DATA = Path(__file__).parents[1] / "data"
COMMITTED = Path(__file__).parents[2] / "examples" / FILE_NAME
MEND = f"python -c 'from dvara_examples.manifest.schema import *; print(schema_text(), end=\"\")' > examples/{FILE_NAME}"

BEYOND_A_SCHEMA = {
    "example-id-twice": "items are not compared by one of their keys",
    "example-env-secret": "what looks like a secret is a matter of judgement",
    "example-argument-with-nul": "patterns over NUL differ between implementations",
    "expect-pattern-malformed": "Python's dialect of regular expressions is not that of JSON Schema",
    "variant-known-failure-not-expected": "keys of two mappings are not compared",
    "variant-file-absent": "files are not looked at",
    "variant-folder-absent": "files are not looked at",
    "variant-file-a-folder": "files are not looked at",
    "variant-file-above-the-root": "files are not looked at",
    "variant-file-absolute": "files are not looked at",
    "variant-script-unnamed": "files are not looked at",
}
"""Defects that only the loader finds, and why."""


def _plain(manifest: bytes) -> object:
    """Return a manifest's plain values, or None if YAML itself is at fault (which is not for a schema to say)."""
    try:
        document = read_document(manifest.decode())
    except (Unreadable, UnicodeDecodeError):
        return None
    return None if document.problems else document.value


DEFECTS = {name: value for name, defect in defects().items() if (value := _plain(defect.manifest)) is not None}
GOOD = sorted((DATA / "good-manifests").iterdir())


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """A validator by the schema as it is built now."""
    return Draft202012Validator(manifest_schema())


def test_the_schema_is_valid() -> None:
    """The schema is a schema of draft 2020-12."""
    Draft202012Validator.check_schema(manifest_schema())


def test_the_committed_schema_is_in_step() -> None:
    """The file next to the manifest is what the plug-ins make of it today."""
    assert COMMITTED.read_text() == schema_text(), f"write it anew: {MEND}"


@pytest.mark.parametrize("folder", GOOD, ids=lambda folder: folder.name)
def test_what_the_loader_takes_the_schema_takes(folder: Path, validator: Draft202012Validator) -> None:
    """A good manifest is valid to editors too."""
    assert [error.message for error in validator.iter_errors(_plain((folder / "manifest.yaml").read_bytes()))] == []


@pytest.mark.parametrize("defect", DEFECTS)
def test_what_a_schema_can_refuse_it_refuses(defect: str, validator: Draft202012Validator) -> None:
    """A defect that the YAML parser lets pass is marked by editors, unless it is one that a schema cannot see."""
    assert validator.is_valid(DEFECTS[defect]) == (defect in BEYOND_A_SCHEMA)


def test_no_exception_is_stale() -> None:
    """Each defect said to be beyond a schema is in the test data."""
    assert BEYOND_A_SCHEMA.keys() <= DEFECTS.keys()
