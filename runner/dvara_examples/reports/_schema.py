"""Builds JSON Schemas from the frozen dataclasses of the reports, so that the two always match."""

import json
import sys
import types
from collections.abc import Hashable, Mapping
from dataclasses import is_dataclass
from enum import StrEnum
from inspect import getdoc
from pathlib import Path
from typing import Literal, Union, get_args, get_origin, get_type_hints

from dvara_examples.reports.events import LINES
from dvara_examples.reports.json import JsonDocument

Schema = dict[str, object]

_SIMPLE: Mapping[object, str] = {str: "string", bool: "boolean", int: "integer", float: "number", types.NoneType: "null"}


def report_schema() -> Schema:
    """Return the schema of ``--report json``."""
    return _schema("A report of dvara-examples: what --report json writes", JsonDocument)


def events_schema() -> Schema:
    """Return the schema of one line of ``--report events``."""
    return _schema("A line of what --report events of dvara-examples writes", *LINES)


def schema_text(schema: Schema) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema(title: str, *kinds: type) -> Schema:
    """Return the schema, of draft 2020-12, of a document that is one of the dataclasses *kinds*."""
    defs: dict[str, Schema] = {}
    references = [_of(kind, defs) for kind in kinds]
    body: Schema = references[0] if len(references) == 1 else {"oneOf": references}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **body, "$defs": defs}


def _of(hint: Hashable, defs: dict[str, Schema]) -> Schema:
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [member.value for member in hint]}
    if isinstance(hint, type) and is_dataclass(hint):
        return _object(hint, defs)
    arguments = get_args(hint)
    match get_origin(hint):
        case origin if origin in (Union, types.UnionType):
            return {"anyOf": [_of(argument, defs) for argument in arguments]}
        case origin if origin is Literal:
            return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
        case origin if origin is tuple:
            return {"type": "array", "items": _of(arguments[0], defs)}
        case origin if origin is Mapping:
            return {"type": "object", "additionalProperties": _of(arguments[1], defs)}
        case _:
            raise TypeError(f"{hint} has no schema")


def _object(kind: type, defs: dict[str, Schema]) -> Schema:
    name = kind.__name__.removesuffix("Facts").lower()
    if name not in defs:
        defs[name] = {}
        hints = get_type_hints(kind)
        properties = {key: _of(hint, defs) for key, hint in hints.items()}
        described = " ".join((getdoc(kind) or "").split())
        defs[name] = {"description": described, "type": "object", "properties": properties, "required": list(hints)}
    return {"$ref": f"#/$defs/{name}"}


SCHEMAS = {"report.schema.json": report_schema, "events.schema.json": events_schema}
"""What lies next to the reports; ``make schema`` renews it."""

if __name__ == "__main__":
    for name, build in SCHEMAS.items():
        Path(sys.argv[1], name).write_text(schema_text(build()), "utf-8")
