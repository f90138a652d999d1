"""The manifest: a YAML file that names each example, its script in every language and what must hold when it runs.

``load_manifest`` turns the file into immutable values, or tells every problem in it at once, each with its line and column.
"""

from dvara_examples.manifest.loader import load_manifest, manifest_of
from dvara_examples.manifest.model import Example, Manifest, Origin, Variant

__all__ = ["Example", "Manifest", "Origin", "Variant", "load_manifest", "manifest_of"]
