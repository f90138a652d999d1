"""The manifest: a YAML file that names each example, its script in every language and what must hold when it runs.

``load_manifest`` turns the file into immutable values, or reports every problem in it at once, each with its line and column.
It is imported on demand: `list` of an unchanged manifest needs no YAML.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dvara_examples.manifest.loader import load_manifest, manifest_of
    from dvara_examples.manifest.model import Example, Manifest, Origin, Variant

__all__ = ["Example", "Manifest", "Origin", "Variant", "load_manifest", "manifest_of"]


def __getattr__(name: str) -> object:
    """Return the public names of this package, imported on demand."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "model" if name[0].isupper() else "loader"
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
