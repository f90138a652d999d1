"""Writes ``examples/integrations/manifest.yaml``: every client of ``clients.yaml`` on every stream of ``streams.yaml``.

    python -m tests.clients_manifest

Each client comes twice: the example, and the loop of the client's own first pages, its naive twin.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "integrations"
MANIFEST = FOLDER / "manifest.yaml"
HEAD = """\
# yaml-language-server: $schema=../manifest.schema.json
# Written by `make clients` from clients.yaml and streams.yaml; edit those.
"""
FAIR = {"limit": "none", "reports_incomplete": True, "never_repeats": True, "requests_per_call": {"max": 3}}
"""What is right for every client on every stream."""
WHOLE = {"exit": 0, "prints_the_stream": True, **FAIR}
TOOLS: dict[str, dict[str, Any]] = {
    "whole": {"exit": 0, "stdout": {"contains": "tool pay(2500)"}, "requests_per_call": {"max": 3}},
    "cut": {"limit": "none", "executes_cut_tool_call": "never", "requests_per_call": {"max": 3}},
}
"""What is right where a tool is offered: a whole call runs with its own arguments, and a cut one never."""
GUARDED = {"exit": 1}
"""What an example, which shows the guard, does in addition where a call is cut: it fails."""
NAIVE = "naive"


def read(name: str) -> dict[str, Any]:
    """Return one of the two lists."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    return found


def manifest_text() -> str:
    """Return what has to stand in the manifest."""
    streams = read("streams.yaml")
    examples = [entry for id_, client in read("clients.yaml").items() for entry in _entries(id_, client, streams)]
    document = {"version": 1, "defaults": {"limits": {"wall_s": 120, "idle_s": 90}}, "examples": examples}
    return HEAD + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=128)


def _entries(id_: str, client: Mapping[str, Any], streams: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the entries of one client, its example first and then its naive twin."""
    for kind in ("", NAIVE):
        for stream_id, stream in streams.items():
            file = client.get(_script(kind, stream))
            if file is None:
                continue
            name = f"{id_}-{kind}-{stream_id}" if kind else f"{id_}-{stream_id}"
            own = {key: stream[key] for key in ("answers", "faults", "limits") if key in stream}
            variant: dict[str, Any] = {"file": file}
            known = _known(client, kind, stream_id)
            if known:
                variant["known_failure"] = known
            yield {
                "id": name,
                "title": f"{client['name']}{', the naive loop' if kind else ''}: {stream['title']}",
                "tags": ["clients", id_, f"clients-{kind or 'examples'}"],
                "opt_in": True,
                **own,
                "expect": _expect(kind, stream),
                "variants": {client["language"]: variant},
            }


def _expect(kind: str, stream: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is right for one script on one stream."""
    if "tools" not in stream:
        return WHOLE if stream.get("whole") else FAIR
    guarded = stream["tools"] == "cut" and not kind
    return {**(GUARDED if guarded else {}), **TOOLS[stream["tools"]]}


def _script(kind: str, stream: Mapping[str, Any]) -> str:
    """Return the key under which a client names the script for a stream."""
    if "tools" in stream:
        return "naive_tools" if kind else "tools"
    return NAIVE if kind else "file"


def _known(client: Mapping[str, Any], kind: str, stream_id: str) -> dict[str, Any]:
    """Return what is known to fail on one stream, as the manifest words it; empty if all is right."""
    for known in client.get("known", ()):
        if known.get(NAIVE, False) == bool(kind) and stream_id in known["streams"]:
            return {key: known[key] for key in ("finding", "because", "upstream") if key in known}
    return {}


if __name__ == "__main__":
    MANIFEST.write_text(manifest_text(), "utf-8")
    sys.stdout.write(f"wrote {MANIFEST}\n")
