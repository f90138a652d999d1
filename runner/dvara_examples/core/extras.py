"""Imports packages of the optional extras when a feature needs them."""

import importlib
from types import ModuleType

from dvara_examples.core.errors import ExtraError


def import_extra(module: str, extra: str, feature: str) -> ModuleType:
    """Import *module*, which the *extra* of this package installs; *feature* names what needs it.

    Raises ExtraError if the package is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name != package:
            raise
        hint = f'install it: python -m pip install "dvara-examples[{extra}]"'
        raise ExtraError(f"{feature} needs the package {package}, which is not installed", hint) from error
