"""Adapts a script's header to the releases of dependencies that a run requests."""

import re
from dataclasses import replace
from typing import assert_never

from dvara_examples.toolchains import Deps
from dvara_examples.toolchains._java import FLOOR
from dvara_examples.toolchains._java.coordinates import Coordinate, parse_coordinate
from dvara_examples.toolchains._java.header import Header

_VERSION = re.compile(r"(?P<major>\d+)(?:\.\d+)*", re.ASCII)
_RELEASE_OPTIONS = frozenset({"--release", "--source", "-source"})


def for_deps(header: Header, deps: Deps) -> Header:
    """Return *header* as *deps* wants it.

    ``lowest`` lets javac know the API of the promised Java alone, whichever JDK it belongs to; the versions stay, as a
    script names them whole. ``latest`` asks for the newest release with the same major version.
    """
    match deps:
        case Deps.LOCKED:
            return header
        case Deps.LOWEST:
            if header.preview or _RELEASE_OPTIONS & set(header.compile_options):
                return header
            release = header.wanted.feature if header.wanted else FLOOR
            return replace(header, compile_options=("--release", str(release), *header.compile_options))
        case Deps.LATEST:
            return replace(header, deps=tuple(_newest(parse_coordinate(written), written) for written in header.deps))
        case _:
            assert_never(deps)


def _newest(wanted: Coordinate, written: str) -> str:
    """Return *written* with a range up to the next major version; anything but a plain version, and a BOM, stays unchanged."""
    version = _VERSION.fullmatch(wanted.version)
    if version is None or wanted.type == "pom":
        return written
    following = int(version["major"]) + 1
    return written.replace(f":{wanted.version}", f":[{wanted.version},{following}-alpha)", 1)
