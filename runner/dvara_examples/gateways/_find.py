"""Finds the description of a gateway by the user's name for it: in the manifest, a file, or this tool."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import yaml

from dvara_examples.core.errors import GatewayError
from dvara_examples.core.values import InvalidValue, did_you_mean
from dvara_examples.core.world import World
from dvara_examples.gateways._description import GatewayDescription, parse_description

_KNOWN = Path(__file__).parent / "known"
_SUFFIXES = (".yaml", ".yml")
_USUAL_IMAGE = "dvara"


def known_names() -> tuple[str, ...]:
    """Return the names of the descriptions that come with this tool, sorted."""
    return tuple(sorted(path.stem for path in _KNOWN.glob("*.yaml")))


def find_description(
    name: str, kind: Literal["command", "docker"], world: World, own: Mapping[str, GatewayDescription]
) -> GatewayDescription:
    """Return the description *name*, which *kind* can start; *own* are those of the manifest and take precedence.

    A name with a slash or the suffix ``.yaml`` is a file. Without a name, it is the only one of the manifest that *kind* can
    start, or DVARA's image. Raises GatewayError.
    """
    description = _named(name, world, own) if name else _only(kind, own)
    if not _startable(description, kind):
        needed = "argv" if kind == "command" else "image"
        other = "docker" if kind == "command" else "command"
        cause = f"the description of {description.name} has no {needed}, which --gateway {kind} starts"
        raise GatewayError(cause, f"use --gateway {other}:{name}, or add {needed} to a description of your own")
    return description


def _startable(description: GatewayDescription, kind: str) -> bool:
    return bool(description.argv if kind == "command" else description.image)


def _only(kind: str, own: Mapping[str, GatewayDescription]) -> GatewayDescription:
    fitting = [description for description in own.values() if _startable(description, kind)]
    if len(fitting) == 1:
        return fitting[0]
    if kind == "docker" and not fitting:
        return _shipped(_USUAL_IMAGE)
    found = ", ".join(sorted(description.name for description in fitting)) or "none in the manifest"
    names = ", ".join(sorted({*(description.name for description in fitting), *known_names()}))
    cause = f"expected one gateway that --gateway {kind} can start, found {found}"
    raise GatewayError(cause, f"name one, as in --gateway {kind}:NAME; known: {names}")


def _named(name: str, world: World, own: Mapping[str, GatewayDescription]) -> GatewayDescription:
    if name in own:
        return own[name]
    if "/" in name or name.endswith(_SUFFIXES):
        path = world.cwd / name
        return read_description(path, world.shown(path))
    if name in known_names():
        return _shipped(name)
    known = {*own, *known_names()}
    cause = f"unknown gateway {name!r}"
    raise GatewayError(cause, f"{did_you_mean(name, known)}; name a file by its path, such as ./{name}.yaml")


def _shipped(name: str) -> GatewayDescription:
    path = _KNOWN / f"{name}.yaml"
    return read_description(path, path.name)


def read_description(path: Path, shown: str) -> GatewayDescription:
    """Read the description in the file at *path*, called *shown* in messages. Raises GatewayError."""
    try:
        value = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise GatewayError(
            f"{shown} cannot be read ({error.strerror or error})", "name a file with a gateway's description"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        place = f"{shown}:{where.line + 1}:{where.column + 1}" if where else shown
        reason = getattr(error, "problem", None) or "it is not UTF-8 text"
        raise GatewayError(f"{place}: expected YAML, found something else ({reason})", "correct the file") from None
    try:
        return parse_description(path.stem, value)
    except InvalidValue as error:
        where = "/".join(str(step) for step in error.path)
        raise GatewayError(f"{shown}{': ' if where else ''}{where}: {error.cause}", error.hint) from None
