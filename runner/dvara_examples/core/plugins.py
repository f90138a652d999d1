"""Checks modules that a user's folder adds to a package of this tool."""

import importlib
import pkgutil
from collections.abc import Sequence
from pathlib import Path

from dvara_examples.core.errors import PluginError

_HOW = "see the recipe in CONTRIBUTING.md, and the complete modules in tests/data"


def check_plugins(package: str, folder: Path, needed: Sequence[str]) -> None:
    """Import every module of *folder* as part of *package*, which already has it in its path.

    Raises PluginError if one of them cannot be imported, or lacks a name of *needed*.
    """
    for found in pkgutil.iter_modules([str(folder)]):
        if found.name.startswith("_"):
            continue
        shown = folder / f"{found.name}.py"
        try:
            module = importlib.import_module(f"{package}.{found.name}")
        except Exception as error:  # whatever the user's module raises
            where = f"{type(error).__name__}: {error}".partition("\n")[0]
            raise PluginError(f"{shown}: expected a module that can be imported, found {where}", _HOW) from error
        missing = [name for name in needed if not hasattr(module, name)]
        if missing:
            raise PluginError(f"{shown}: expected {', '.join(needed)}, found no {', no '.join(missing)}", _HOW)
