"""A gateway that this tool can start, described as a value: a program or an image, its files, and how runs are told apart.

A description stands in the manifest under ``gateways:``, in a file of its own, or comes with this tool (``known/``). Texts of it
may hold the placeholders of :data:`PLACEHOLDERS`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from dvara_examples.core.values import (
    InvalidValue,
    as_int,
    as_list,
    as_mapping,
    as_one_of,
    as_seconds,
    as_text,
    below,
    describe,
    did_you_mean,
    quoted,
)

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

KEYS = (
    *(
        "title",
        "argv",
        "install",
        "image",
        "image_argv",
        "image_folder",
        "image_port",
        "environment",
        "files",
        "ready",
        "base_path",
        "key",
    ),
    *("headers", "mark", "offers", "cannot", "tried"),
)
_READY_KEYS = ("path", "status", "limit_s")
_OFFERS = ("governance",)
_PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")
_MARK_HEADER = re.compile(r"header ([A-Za-z0-9-]+)")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


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
    """How to start a gateway and what to expect of it; texts still hold their placeholders.

    *argv* starts it as a program, *image* (with *image_argv* for the image's entry point, and files in *image_folder*) as a
    container, which listens on *image_port*. *install* says how to get the program. *files* are written to its folder before it
    starts. *headers* are added to every request. *mark* says what the gateway passes on, *mark_header* in which header. *cannot*
    maps what the gateway does not pass on as it is (a key of an answer, or an example's id or glob) to the reason. *tried* says
    which release was tried.
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


def parse_description(name: str, value: object) -> GatewayDescription:
    """Parse the plain value of the description of the gateway *name*. Raises InvalidValue."""
    found = as_mapping(value, KEYS)
    mark, mark_header = _mark(found.get("mark", "none"))
    description = GatewayDescription(
        name=name,
        title=_text(found, "title", name),
        argv=_words(found, "argv"),
        install=_text(found, "install"),
        image=_text(found, "image"),
        image_argv=_words(found, "image_argv"),
        image_folder=_text(found, "image_folder", "/gateway"),
        image_port=_port(found),
        environment=_texts(found, "environment"),
        files=_texts(found, "files"),
        ready=_ready(found.get("ready", {})),
        base_path=_text(found, "base_path", "/v1"),
        key=_text(found, "key", "{key}"),
        headers=_texts(found, "headers"),
        mark=mark,
        mark_header=mark_header,
        offers=_offers(found.get("offers", [])),
        cannot=_texts(found, "cannot"),
        tried=_text(found, "tried"),
    )
    _check(description)
    return description


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return *text* with its placeholders replaced by *values*; other braces stay."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _text(found: Mapping[str, object], key: str, usual: str = "") -> str:
    with below(key):
        return _template(found[key]) if key in found else usual


def _port(found: Mapping[str, object]) -> int:
    with below("image_port"):
        return as_int(found.get("image_port", 8080), least=1, most=65_535)


def _words(found: Mapping[str, object], key: str) -> tuple[str, ...]:
    words = []
    with below(key):
        for index, word in enumerate(as_list(found.get(key, []))):
            with below(index):
                words.append(_template(word))
    return tuple(words)


def _template(value: object) -> str:
    """Return a text whose placeholders are all known."""
    text = as_text(value)
    for word in _PLACEHOLDER.findall(text):
        if word not in PLACEHOLDERS:
            raise InvalidValue(f"found the unknown placeholder {{{word}}}", did_you_mean(word, PLACEHOLDERS))
    return text


def _texts(found: Mapping[str, object], key: str) -> dict[str, str]:
    texts = {}
    with below(key):
        for name, text in as_mapping(found.get(key, {})).items():
            with below(name):
                texts[name] = _template(text)
    return texts


def _ready(value: object) -> Readiness:
    with below("ready"):
        found = as_mapping(value, _READY_KEYS)
        usual = Readiness()
        with below("path"):
            path = as_text(found.get("path", usual.path))
            if not path.startswith("/"):
                raise InvalidValue(f"found {describe(path)}", "a path that starts with / is accepted")
        with below("status"):
            status = as_int(found.get("status", usual.status), least=100, most=599)
        with below("limit_s"):
            limit_s = as_seconds(found.get("limit_s", usual.limit_s), least=0.1, most=3600)
        return Readiness(path, status, limit_s)


def _offers(value: object) -> frozenset[str]:
    with below("offers"):
        return frozenset(as_one_of(word, _OFFERS) for word in as_list(value))


def _mark(value: object) -> tuple[MarkKind, str]:
    """Return what is passed on, and the name of the header where it is one."""
    with below("mark"):
        text = as_text(value)
        if header := _MARK_HEADER.fullmatch(text):
            return MarkKind.HEADER, header[1]
        if text not in (MarkKind.KEY, MarkKind.MODEL, MarkKind.NONE):
            raise InvalidValue(f"found {describe(text)}", "key, model, none or header NAME is accepted")
        return MarkKind(text), ""


def _check(description: GatewayDescription) -> None:
    """Check what several keys say together. Raises InvalidValue."""
    if not description.argv and not description.image:
        raise InvalidValue("found neither argv nor image", "at least one of them is needed to start the gateway")
    if not description.base_path.startswith("/") or description.base_path.endswith("/"):
        found = f"found {quoted(description.base_path)}"
        raise InvalidValue(found, "a path such as /v1, without a slash at its end, is accepted", ("base_path",))
    for name in description.files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise InvalidValue(f"found the file {quoted(name)}", "a relative path inside the folder is accepted", ("files", name))
    for name in description.environment:
        if not _ENV_NAME.fullmatch(name):
            raise InvalidValue(f"found the variable {quoted(name)}", "a name such as PORT is accepted", ("environment", name))


def description_schema() -> dict[str, object]:
    """Return the JSON Schema of a description."""
    text: dict[str, object] = {"type": "string"}
    texts: dict[str, object] = {"type": "array", "items": text}
    mapping: dict[str, object] = {"type": "object", "additionalProperties": text}
    ready: dict[str, object] = {
        "path": {"type": "string", "pattern": "^/"},
        "status": {"type": "integer", "minimum": 100, "maximum": 599},
        "limit_s": {"type": "number", "minimum": 0.1, "maximum": 3600},
    }
    kinds: dict[str, object] = {
        **{key: text for key in KEYS},  # noqa: C420 - the kinds below differ
        "argv": texts,
        "image_argv": texts,
        "image_port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "environment": mapping,
        "files": mapping,
        "headers": mapping,
        "cannot": mapping,
        "ready": {"type": "object", "properties": ready, "additionalProperties": False},
        "mark": {"type": "string", "pattern": "^(key|model|none|header [A-Za-z0-9-]+)$"},
        "offers": {"type": "array", "items": {"enum": list(_OFFERS)}},
    }
    needed: list[object] = [{"required": ["argv"]}, {"required": ["image"]}]
    return {"type": "object", "properties": kinds, "additionalProperties": False, "anyOf": needed}
