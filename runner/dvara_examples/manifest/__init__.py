"""The manifest: a YAML file that names each example, its script in every language and what must hold when it runs.

``load_manifest`` (in :mod:`~dvara_examples.manifest.loader`) turns the file into the immutable values of
:mod:`~dvara_examples.manifest.model`, or tells every problem in it at once, each with its line and column.
"""
