"""The JSON Schema of the manifest, for editors, generated from the declaration.

A schema cannot express everything that the loader checks (files that exist, unique ids, words of YAML 1.1), so the loader
decides. The committed copy is next to the manifest, and a test compares it with the one built here.
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
