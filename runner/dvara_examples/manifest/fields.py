"""Parsers of single fields of the manifest. Each takes a plain value and raises InvalidValue, and none knows where it stands."""

import re
from collections.abc import Collection, Mapping

from dvara_examples.core.values import (
    InvalidValue,
    as_int,
    as_mapping,
    as_seconds,
    as_text,
    as_texts,
    below,
    describe,
    did_you_mean,
    quoted,
)
from dvara_examples.records.model import Limits
from dvara_examples.records.transcript import KnownFailure

VERSION = 1
LIMIT_KEYS = ("wall_s", "idle_s")
LEAST_LIMIT_S = 0.1
MOST_PORT = 65_535
KNOWN_FAILURE_KEYS = ("finding", "because", "upstream")
RESERVED_ID = "all"
ID_PATTERN = "^[a-z0-9]+(-[a-z0-9]+)*$"
ENV_PATTERN = "^[A-Za-z_][A-Za-z0-9_]*$"

LEAVES_ROOT = r"^[/~]|(^|/)\.\.(/|$)|\\"

_ID = re.compile(ID_PATTERN.strip("^$"))
_ENV = re.compile(ENV_PATTERN.strip("^$"))
_SECRET = re.compile(r"(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|AUTH)(_|$)", re.IGNORECASE)
SET_BY_THE_RUNNER = ("DVARA_URL", "DVARA_API_KEY")
HOST = "{host}"
KEY = "{key}"
URL_PATTERN = r"^https?://\{host\}(/[A-Za-z0-9._~/-]*)?$"
BYTES_KEYS = ("bytes",)

_URL = re.compile(URL_PATTERN.strip("^$"))


def parse_pages(value: object) -> str:
    """Return the path or pattern of documentation pages, seen from the root, which it may not leave."""
    text = parse_line(value)
    if re.search(LEAVES_ROOT, text):
        raise InvalidValue(f"found {quoted(text)}", "a path or pattern below the repository's root is accepted, as in docs/*.md")
    return text


def parse_version(value: object) -> int:
    """Return the version of the format, which must be one that this release reads."""
    if isinstance(value, bool) or value != VERSION or not isinstance(value, int):
        raise InvalidValue(f"found {describe(value)} as the version", f"{VERSION} is accepted by this release")
    return value


def parse_word(value: object) -> str:
    """Return an id or a tag: words of lower-case letters and digits, joined by single hyphens."""
    text = as_text(value)
    if not _ID.fullmatch(text):
        raise InvalidValue(f"found {describe(text)}", "lower-case words joined by hyphens are accepted, such as stream-basic")
    return text


def parse_id(value: object) -> str:
    """Return the id of an example."""
    if value == RESERVED_ID:
        raise InvalidValue(f"found the id {RESERVED_ID!r}, which selects every example", "another id is accepted")
    return parse_word(value)


def parse_line(value: object) -> str:
    """Return a text of one line that is not blank: a title, a reason."""
    text = as_text(value)
    if not text.strip():
        raise InvalidValue("found an empty text", "a sentence is accepted")
    if "\n" in text.strip():
        raise InvalidValue("found a text of several lines", "one line is accepted")
    return text.strip()


def parse_port(value: object) -> int:
    """Return a port of this machine."""
    port = as_int(value, least=1)
    if port > MOST_PORT:
        raise InvalidValue(f"found the number {port}", f"a port from 1 to {MOST_PORT} is accepted")
    return port


def parse_argument(value: object) -> str:
    """Return one argument, or one environment value: any text that the operating system can hand over."""
    text = as_text(value)
    if "\0" in text:
        raise InvalidValue(f"found {describe(text)} with a NUL", "text without NUL is accepted, as programs cannot be given one")
    return text


def parse_variable(name: str) -> str:
    """Return the name of a variable."""
    if not _ENV.fullmatch(name):
        raise InvalidValue(
            f"found the name {quoted(name)}", "letters, digits and underscores are accepted, not a digit first", on_key=True
        )
    return name


def check_env_name(name: str, value: object = None) -> None:
    """Refuse names that are no variable's, that the runner sets itself, or that look as if they held a secret.

    Where *value* is nothing but the throw-away key, the name may say so.
    """
    parse_variable(name)
    if name.upper() in SET_BY_THE_RUNNER:
        raise InvalidValue(f"found {name}, which the runner itself sets for every run", "remove it", on_key=True)
    if _SECRET.search(name) and value != KEY:
        raise InvalidValue(
            f"found {name}, which looks like a secret",
            f"a manifest must not hold secrets; write {KEY} for the key of the run, or remove it",
            on_key=True,
        )


def parse_url(value: object) -> str:
    """Return how DVARA_URL is spelled to a script, with ``{host}`` for host and port, so that it leads nowhere else."""
    text = as_text(value)
    if not _URL.fullmatch(text):
        accepted = f"http or https, {HOST} for host and port, and a path are accepted, such as http://{HOST}/v1/"
        raise InvalidValue(f"found {describe(text)}", accepted)
    return text


def parse_bytes(value: object) -> int:
    """Return the number in ``{bytes: 8}``."""
    found = as_mapping(value, BYTES_KEYS)
    if "bytes" not in found:
        raise InvalidValue("found no key 'bytes' here", "a number of bytes of stdout is accepted, such as {bytes: 8}")
    with below("bytes"):
        return as_int(found["bytes"], least=1)


def parse_seconds(value: object) -> float:
    """Return one limit in seconds."""
    return as_seconds(value, least=LEAST_LIMIT_S)


def merge_limits(base: Limits, override: Mapping[str, float]) -> Limits:
    """Return *base* with the limits in *override*, which may hold ``wall_s`` and ``idle_s``, in their place."""
    return Limits(override.get("wall_s", base.wall_s), override.get("idle_s", base.idle_s))


def parse_known_failure(value: object, expected: Collection[str]) -> KnownFailure:
    """Return what is known to fail; each finding must be one of the *expected* keys, as nothing else can fail."""
    found = as_mapping(value, KNOWN_FAILURE_KEYS)
    if missing := [key for key in KNOWN_FAILURE_KEYS[:2] if key not in found]:
        raise InvalidValue(f"found no key {missing[0]!r} here", f"it is needed; known: {', '.join(KNOWN_FAILURE_KEYS)}")
    with below("finding"):
        findings = as_texts(found["finding"])
        for key in findings:
            if key not in expected:
                raise InvalidValue(f"found {quoted(key)}, which is not expected here", did_you_mean(key, expected))
    with below("because"):
        because = parse_line(found["because"])
    with below("upstream"):
        return KnownFailure(findings, because, parse_line(found["upstream"]) if "upstream" in found else None)
