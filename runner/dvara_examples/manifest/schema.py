"""The JSON Schema of the manifest, for editors, as the declaration makes it.

A schema cannot say everything that the loader checks (files that exist, ids that are unique, words of YAML 1.1): the loader stays
the judge. The committed copy lies beside the manifest, and a test holds it against what is built here.
"""

import json
from pathlib import Path

from dvara_examples.core.shapes import Schema
from dvara_examples.manifest.declaration import Declaration
from dvara_examples.manifest.scripts import Scripts
from dvara_examples.manifest.vocabulary import installed_vocabulary

FILE_NAME = "manifest.schema.json"
"""What the first line of a manifest names: ``# yaml-language-server: $schema=manifest.schema.json``."""


def manifest_schema() -> Schema:
    """Return the schema, of draft 2020-12, of the plain values of a manifest."""
    words = installed_vocabulary()
    declared = Declaration(words, Scripts(Path(), Path(), words.suffixes))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Manifest of dvara-examples",
        **declared.manifest.schema,
        "$defs": {name: shape.schema for name, shape in sorted(declared.shared.items())},
    }


def schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(manifest_schema(), indent=2, ensure_ascii=False) + "\n"
