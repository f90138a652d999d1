"""One entry of a manifest as the lines of a list item."""

import json
from collections.abc import Mapping

import yaml

_WIDTH = 120


class _Dumper(yaml.SafeDumper):
    """Writes lists inside mappings with an indent, and everything in full, without aliases."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - the library's signature
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the library's signature
        return True


def entry_lines(entry: Mapping[str, object]) -> list[str]:
    """Return *entry*, made of plain values, as YAML: its first line begins with the dash, the others with two blanks."""
    plain = json.loads(json.dumps(entry))
    text = yaml.dump([plain], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=False)
    return str(text).splitlines()
