"""Checks what surrounds a script: its folder, its input, its ``.env`` file, and where and how it looks for the gateway."""

import re
from collections.abc import Mapping
from dataclasses import replace

from dvara_examples.core.values import InvalidValue, Path, as_text, describe, quoted
from dvara_examples.manifest.checks import Checks
from dvara_examples.manifest.fields import HOST, SET_BY_THE_RUNNER, parse_argument, parse_port, parse_variable
from dvara_examples.manifest.model import EndpointVariables, ScriptSetting
from dvara_examples.manifest.serving import parse_ready, parse_send
from dvara_examples.records.model import SentRequest

SURROUNDING_KEYS = ("cwd", "stdin", "env_file", "listen", "ready", "send")
"""The keys that an example and a variant have for it."""
ENDPOINT_KEYS = ("url", "key", "model")
URL_FORM = r"^[^{}]*\{host\}[^{}]*$"

_REAL_KEY = re.compile(
    r"\b(sk-[A-Za-z0-9_-]{20,}|gw_[0-9a-f]{40}|AIza[\w-]{30,}|gsk_\w{20,}|xai-\w{20,}|hf_\w{20,}|AKIA[0-9A-Z]{16})"
)
_ENTRY = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$")


def read_surroundings(checks: Checks, found: Mapping[str, object], path: Path, base: ScriptSetting) -> ScriptSetting:
    """Return what an example or a variant says of its surroundings on top of *base*; what is wrong is noted and left out."""
    problems, scripts = checks.problems, checks.scripts
    if "cwd" in found:
        base = replace(base, cwd=problems.read(scripts.find_folder, found["cwd"], (*path, "cwd"), None))
    if "stdin" in found:
        base = replace(base, stdin=problems.read(parse_argument, found["stdin"], (*path, "stdin"), None))
    if "listen" in found:
        base = replace(base, listen=problems.read(parse_port, found["listen"], (*path, "listen"), None))
    if "ready" in found:
        base = replace(base, ready=problems.read(parse_ready, found["ready"], (*path, "ready"), None))
    if "send" in found:
        nothing_sent: tuple[SentRequest, ...] = ()
        base = replace(base, send=problems.read(parse_send, found["send"], (*path, "send"), nothing_sent))
    _check_server(checks, found, path, base)
    if "env_file" in found:
        accepted = "the path of an existing file is accepted"
        file = problems.read(
            lambda value: scripts.find_list(as_text(value), accepted), found["env_file"], (*path, "env_file"), None
        )
        if file is not None:
            content = file.read_text("utf-8", errors="replace")
            carried = base.endpoint.names
            nothing: dict[str, str] = {}
            given = found["env_file"]
            entries = problems.read(lambda name: read_env(content, str(name), carried), given, (*path, "env_file"), nothing)
            base = replace(base, env=entries)
    return base


def _check_server(checks: Checks, found: Mapping[str, object], path: Path, around: ScriptSetting) -> None:
    """Note a server of which nothing is asked, requests to none, and a port that the gateway would have as well."""
    if "send" in found and around.ready is None and "ready" not in found:
        checks.problems.add(
            "found 'send' without 'ready'", "say when the server can be asked: ready: {port: 8000}", (*path, "send")
        )
    if "ready" in found and around.ready is not None and not around.send and "send" not in found:
        checks.problems.add(
            "found 'ready' without 'send'", "say what to ask: send: [{path: /chat, json: {...}}]", (*path, "ready")
        )
    if around.ready is not None and around.ready.port == around.listen and ("ready" in found or "listen" in found):
        key = "ready" if "ready" in found else "listen"
        accepted = "the server and the gateway need a port each"
        checks.problems.add(f"found the port {around.listen} in 'ready' and in 'listen'", accepted, (*path, key))


def read_endpoint(checks: Checks, value: object, path: Path) -> EndpointVariables:
    """Return ``endpoint:``, which says which variables carry address, key and model; what is wrong is noted and left out."""
    found = checks.mapping(value, path, ENDPOINT_KEYS) or {}
    read = checks.problems.read
    no_urls: dict[str, str] = {}
    none: tuple[str, ...] = ()
    urls = read(_parse_urls, found["url"], (*path, "url"), no_urls) if "url" in found else no_urls
    keys, models = (read(_parse_names, found[key], (*path, key), none) if key in found else none for key in ("key", "model"))
    return EndpointVariables(urls, keys, models)


def read_env(text: str, name: str, carried: frozenset[str]) -> dict[str, str]:
    """Return the entries of a ``.env`` file but for the variables in *carried*, which the runner sets. Raises InvalidValue."""
    entries = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            raise InvalidValue(f"found {quoted(name)}, whose line {number} is not NAME=value", "correct that line")
        variable, value = entry[1], _unquoted(entry[2])
        if variable in carried or variable in SET_BY_THE_RUNNER:
            continue
        if _REAL_KEY.search(value):
            raise InvalidValue(
                f"found {quoted(name)}, whose line {number} holds what looks like a real key in {variable}",
                f"name {variable} under key of endpoint, so that a throw-away key takes its place",
            )
        entries[variable] = value
    return entries


def _unquoted(value: str) -> str:
    if value[:1] in ("'", '"'):
        return value[1:].partition(value[0])[0]
    return value.partition(" #")[0].rstrip()


def _parse_urls(value: object) -> dict[str, str]:
    """Return a form, with ``{host}`` for host and port, for each variable; a name alone gets the usual base URL."""
    if not isinstance(value, dict):
        return dict.fromkeys(_parse_names(value), "")
    for name, form in value.items():
        parse_variable(name)
        if not isinstance(form, str) or not re.fullmatch(URL_FORM, form):
            raise InvalidValue(
                f"found {describe(form)}", f"an address with {HOST} for host and port is accepted: http://{HOST}/v1"
            )
    return dict(value)


def _parse_names(value: object) -> tuple[str, ...]:
    """Return one name of a variable, or a list of them."""
    names = value if isinstance(value, list) else [value]
    return tuple(parse_variable(as_text(name)) for name in names)
