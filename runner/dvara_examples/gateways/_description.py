"""A gateway that this tool can start, described as a value: a program or an image, its files, and how it identifies runs.

A description is in the manifest under ``gateways:``, in a separate file, or comes with this tool (``known/``). Its texts
may contain the placeholders of :data:`PLACEHOLDERS`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from dvara_examples.core.rules import some
from dvara_examples.core.shapes import Shape, entries, items, mapping, one_of, seconds, text, whole
from dvara_examples.core.values import InvalidValue, quoted, unknown_word

PLACEHOLDERS: Mapping[str, str] = {
    "provider_url": "the base URL of the scripted provider, with /v1",
    "provider_host": "the address that the scripted provider listens on",
    "provider_port": "the port that the scripted provider listens on",
    "provider_key": "the key that the scripted provider accepts",
    "host": "the address to listen on",
    "port": "the port to listen on",
    "key": "the key that clients of the gateway send",
    "key_sha256": "the SHA-256 digest of that key, in hexadecimal",
    "folder": "the folder that holds the files",
}
"""What may stand in braces in a description's texts, and what replaces it."""

_PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")


class MarkKind(StrEnum):
    """What a gateway passes on to its provider, so that answers find the right run."""

    KEY = "key"
    MODEL = "model"
    HEADER = "header"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Readiness:
    """The gateway is ready once ``GET path`` is answered with *status*, within *limit_s* seconds."""

    path: str = "/v1/models"
    status: int = 200
    limit_s: float = 60.0


@dataclass(frozen=True, slots=True)
class GatewayDescription:
    """How to start a gateway and what to expect of it; texts still contain their placeholders.

    *argv* starts it as a program, *image* (with *image_argv* for the image's entry point, and files in *image_folder*) as a
    container, which listens on *image_port*. *install* says how to get the program. *files* are written to its folder before it
    starts. *headers* are added to every request. *mark* says what the gateway passes on, *mark_header* in which header. *cannot*
    maps what the gateway does not pass on unchanged (a key of an answer, or an example's id or glob) to the reason. *tried* says
    which release was tested.
    """

    name: str
    title: str
    argv: tuple[str, ...] = ()
    install: str = ""
    image: str = ""
    image_argv: tuple[str, ...] = ()
    image_folder: str = "/gateway"
    image_port: int = 8080
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    ready: Readiness = Readiness()
    base_path: str = "/v1"
    key: str = "{key}"
    headers: Mapping[str, str] = field(default_factory=dict)
    mark: MarkKind = MarkKind.NONE
    mark_header: str = ""
    offers: frozenset[str] = frozenset()
    cannot: Mapping[str, str] = field(default_factory=dict)
    tried: str = ""

    def named(self, name: str) -> "GatewayDescription":
        """Return the description with its *name*, which is the default title."""
        return replace(self, name=name, title=self.title or name)


def parse_description(name: str, value: object) -> GatewayDescription:
    """Parse the plain value of the description of the gateway *name*. Raises InvalidValue."""
    return DESCRIPTION.parse(value).named(name)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return *text* with its placeholders replaced by *values*; other braces stay."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _known(found: str) -> str:
    """Return a text whose placeholders are all known."""
    for word in _PLACEHOLDER.findall(found):
        if word not in PLACEHOLDERS:
            error = unknown_word(word, PLACEHOLDERS, "a known placeholder")
            raise InvalidValue(error.expected, f"{{{word}}}", error.hint)
    return found


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise InvalidValue("a relative path inside the folder", quoted(name))
    return name


def _mark(found: str) -> tuple[MarkKind, str]:
    """Return what is passed on, and the name of the header if it is one."""
    word, _, header = found.partition(" ")
    return MarkKind(word), header


def _described(found: Mapping[str, Any]) -> GatewayDescription:
    if not found.get("argv") and not found.get("image"):
        raise InvalidValue("argv or image", "neither", _NEEDED)
    mark, header = found.get("mark", (MarkKind.NONE, ""))
    return GatewayDescription(name="", **{"title": "", **found, "mark": mark, "mark_header": header})


_NEEDED = "add what starts the gateway"
_TEXT = text().to(_known)
_WORDS = items(_TEXT, least=0)
_NAME = text()
_BASE_PATH = "a path such as /v1, without a slash at its end"
_VARIABLE = text(pattern="^[A-Za-z_][A-Za-z0-9_]*$", expected="a variable name such as PORT")
DESCRIPTION: Shape[GatewayDescription] = mapping(
    {
        "title": _TEXT,
        "argv": _WORDS,
        "install": _TEXT,
        "image": _TEXT,
        "image_argv": _WORDS,
        "image_folder": _TEXT,
        "image_port": whole(1, 65_535),
        "environment": entries(_VARIABLE, _TEXT),
        "files": entries(_NAME.to(_inside), _TEXT),
        "ready": mapping(
            {
                "path": text(pattern="^/", expected="a path that starts with /"),
                "status": whole(100, 599),
                "limit_s": seconds(0.1, 3600),
            }
        ).to(lambda found: Readiness(**found)),
        "base_path": text(pattern="^/.*[^/]$", expected=_BASE_PATH).to(_known),
        "key": _TEXT,
        "headers": entries(_NAME, _TEXT),
        "mark": text(pattern="^(key|model|none|header [A-Za-z0-9-]+)$", expected="key, model, none or header NAME").to(_mark),
        "offers": items(one_of(("governance",)), least=0).to(frozenset),
        "cannot": entries(_NAME, _TEXT),
        "tried": _TEXT,
    },
    rules=[some(("argv", "image"), _NEEDED)],
).to(_described)
