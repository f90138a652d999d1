"""Single fields of the manifest, as shapes that do not depend on other fields or on files."""

import re

from dvara_examples.core.shapes import Shape, constant, either, entries, items, mapping, seconds, text, unlike, whole
from dvara_examples.core.values import InvalidValue, quoted
from dvara_examples.manifest.model import EndpointVariables

VERSION = constant(1, "this release reads only version 1")
RESERVED_ID = "all"
SET_BY_THE_RUNNER = ("DVARA_URL", "DVARA_API_KEY")
HOST = "{host}"
KEY = "{key}"

_SECRET = re.compile(r"(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|AUTH)(_|$)", re.IGNORECASE)
_IN_ANY_CASE = "|".join("".join(f"[{c}{c.lower()}]" if c.isalpha() else c for c in name) for name in SET_BY_THE_RUNNER)


def _one_line(found: str) -> str:
    if "\n" in found.strip():
        raise InvalidValue("one line of text", "several lines")
    return found.strip()


def _without_nul(found: str) -> str:
    if "\0" in found:
        raise InvalidValue("text without NUL", quoted(found), "a program cannot be given a NUL")
    return found


LINE = text(pattern=r"\S", expected="one line of text").to(_one_line)
"""A text of one line that is not blank: a title, a reason."""

ARGUMENT = text().to(_without_nul)
"""One argument, or one environment value: any text that the operating system can hand over."""

PATTERN = unlike(
    LINE,
    r"^[/~]|(^|/)\.\.(/|$)|\\",
    "a path or pattern inside the repository, such as docs/*.md",
)
"""The path or pattern of documentation pages, relative to the root, which it may not leave."""

SCRIPTS = unlike(
    LINE,
    r"^[/~]|\\",
    "a path or pattern seen from the manifest's folder, such as ../tools/*.py",
)
"""The path or pattern of scripts, relative to the manifest's folder."""

WORD = text(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", expected="lower-case words joined by hyphens, such as stream-basic")
"""An id or a tag."""

ID = unlike(
    WORD,
    f"^{RESERVED_ID}$",
    f"an id other than {RESERVED_ID}, which selects every example",
)

PORT = whole(1, 65_535)

URL = text(
    pattern=r"^https?://\{host\}(/[A-Za-z0-9._~/-]*)?$",
    expected=f"an address with {HOST} for host and port, such as http://{HOST}/v1/",
)
"""How DVARA_URL is spelled to a script, with ``{host}`` for host and port, so that it leads nowhere else."""

BYTES = mapping({"bytes": whole(1)}, needed=("bytes",)).to(lambda found: found["bytes"])

LIMITS = mapping({"wall_s": seconds(0.1), "idle_s": seconds(0.1)})

PACKAGE = unlike(
    LINE,
    r"^\s*-",
    "a package, such as openai>=2",
    "put options into a list file",
)
"""One package, spelled as its package manager spells it."""

IMAGE = text(pattern=r"^\S+$", expected="the name of an image, such as node:22")
"""The name of a container image."""

CLASS = text(pattern=r"^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$", expected="the name of a class, such as com.example.Chat")
"""The name of a class, with its package before it."""

_VARIABLE = text(
    pattern="^[A-Za-z_][A-Za-z0-9_]*$",
    expected="a variable name (letters, digits and underscores, no digit first)",
)


def _no_secret(name: str, value: object) -> None:
    """Refuse a name that looks like a secret, unless *value* is only the throw-away key."""
    if _SECRET.search(name) and value != KEY:
        raise InvalidValue("no secrets", name, f"write {KEY} for the key of the run, or remove it")


ENV = entries(
    unlike(
        _VARIABLE,
        f"^({_IN_ANY_CASE})$",
        "a variable that the runner does not set itself",
        "remove it",
    ),
    ARGUMENT,
    judge=_no_secret,
)

_NAMES: Shape[tuple[str, ...]] = either(
    _VARIABLE.to(lambda name: (name,)),
    items(_VARIABLE, least=0),
    expected="the name of a variable, or a list of them",
)
_FORM = text(pattern=r"^[^{}]*\{host\}[^{}]*$", expected=f"an address with {HOST} for host and port, such as http://{HOST}/v1")
_URLS = either(
    _NAMES.to(lambda names: dict.fromkeys(names, "")),
    entries(_VARIABLE, _FORM).to(dict),
    expected="the name of a variable, a list of them, or a mapping of names to addresses",
)
ENDPOINT = mapping({"url": _URLS, "key": _NAMES, "model": _NAMES}).to(
    lambda found: EndpointVariables(found.get("url", {}), found.get("key", ()), found.get("model", ())),
    "The variables in which scripts expect the gateway's address, the key and the model.",
)
"""A form, with ``{host}`` for host and port, for each variable of ``url``; a name alone gets the usual base URL."""
