"""Checks the environment of a script: its folder, its stdin, its ``.env`` file, and where it finds the gateway."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dvara_examples.core.values import InvalidValue, Path, quoted
from dvara_examples.manifest.checks import Checks
from dvara_examples.manifest.fields import SET_BY_THE_RUNNER
from dvara_examples.manifest.model import ScriptSetting

_REAL_KEY = re.compile(
    r"\b(sk-[A-Za-z0-9_-]{20,}|gw_[0-9a-f]{40}|AIza[\w-]{30,}|gsk_\w{20,}|xai-\w{20,}|hf_\w{20,}|AKIA[0-9A-Z]{16})"
)
_ENTRY = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$")


def read_surroundings(
    checks: Checks, found: Mapping[str, Any], written: object, path: Path, base: ScriptSetting
) -> ScriptSetting:
    """Return the environment of an example or a variant on top of *base*; problems are noted and left out."""
    own = {key: found[key] for key in ("cwd", "stdin", "listen", "ready", "send") if key in found}
    base = replace(base, **own) if own else base
    if not isinstance(written, dict):
        return base
    _check_server(checks, written, path, base)
    if "env_file" in found:
        content = found["env_file"].read_text("utf-8", errors="replace")
        place = (*path, "env_file")
        carried, nothing = base.endpoint.names, dict[str, str]()
        env = checks.problems.read(lambda name: read_env(content, str(name), carried), written["env_file"], place, nothing)
        base = replace(base, env=env)
    return base


def _check_server(checks: Checks, found: Mapping[str, object], path: Path, around: ScriptSetting) -> None:
    """Note a server without requests, requests without a server, and a port that the gateway needs as well."""
    if "send" in found and around.ready is None and "ready" not in found:
        checks.problems.add(
            "'ready' next to 'send'",
            "none",
            "say when the server can be asked: ready: {port: 8000}",
            (*path, "send"),
            on_key=True,
        )
    if "ready" in found and around.ready is not None and not around.send and "send" not in found:
        checks.problems.add(
            "'send' next to 'ready'", "none", "say what to ask: send: [{path: /chat, json: {...}}]", (*path, "ready"), on_key=True
        )
    if around.ready is not None and around.ready.port == around.listen and ("ready" in found or "listen" in found):
        key = "ready" if "ready" in found else "listen"
        hint = "the server and the gateway need a port each"
        checks.problems.add(
            "different ports in 'ready' and 'listen'", f"{around.listen} in both", hint, (*path, key), on_key=True
        )


def read_env(text: str, name: str, carried: frozenset[str]) -> dict[str, str]:
    """Return the entries of a ``.env`` file except the variables in *carried*, which the runner sets. Raises InvalidValue."""
    entries = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            raise InvalidValue("NAME=value on each line", f"something else on line {number} of {quoted(name)}")
        variable, value = entry[1], _unquoted(entry[2])
        if variable in carried or variable in SET_BY_THE_RUNNER:
            continue
        if _REAL_KEY.search(value):
            raise InvalidValue(
                "no real keys",
                f"what looks like one in {variable} on line {number} of {quoted(name)}",
                f"list {variable} under key of endpoint, so that a throw-away key replaces it",
            )
        entries[variable] = value
    return entries


def _unquoted(value: str) -> str:
    if value[:1] in ("'", '"'):
        return value[1:].partition(value[0])[0]
    return value.partition(" #")[0].rstrip()
