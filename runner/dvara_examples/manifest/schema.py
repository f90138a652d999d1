"""Builds the JSON Schema of the manifest, for editors, out of what the plug-ins say of their own values.

A schema cannot say everything that the loader checks (files that exist, ids that are unique, words of YAML 1.1): the loader stays
the judge. The committed copy lies beside the manifest, and a test holds it against what is built here.
"""

import json
from collections.abc import Mapping

from dvara_examples.embedded_gateway.answer_schema import ANSWER_SCHEMA
from dvara_examples.expectations import expectation_keys, expectation_module
from dvara_examples.faults import NONE, fault_keys, fault_module
from dvara_examples.gateways import CAPABILITIES
from dvara_examples.gateways._description import description_schema
from dvara_examples.manifest import examples, fields, serving, surroundings, variants
from dvara_examples.manifest.packages import CLASS_PATTERN
from dvara_examples.toolchains import languages, load_toolchain

Schema = dict[str, object]

FILE_NAME = "manifest.schema.json"
"""What the first line of a manifest names: ``# yaml-language-server: $schema=manifest.schema.json``."""

_LINE: Schema = {"type": "string", "pattern": "\\S"}
_WORD: Schema = {"type": "string", "pattern": fields.ID_PATTERN}


def manifest_schema() -> Schema:
    """Return the schema, of draft 2020-12, of the plain values of a manifest."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Manifest of dvara-examples",
        **_object(
            {
                "version": {"const": fields.VERSION},
                "docs": {
                    "type": "array",
                    "items": {**_LINE, "not": {"pattern": fields.LEAVES_ROOT}},
                    "description": "The documentation pages that show the examples, seen from the repository's root.",
                },
                "strict": {"type": "boolean", "description": "Refuse scripts beside the named ones that no variant names."},
                "ignore": {
                    "type": "array",
                    "items": {**_LINE, "not": {"pattern": fields.LEAVES_ROOT}},
                    "description": "Scripts that are not examples: paths, folders or patterns, from the manifest's folder.",
                },
                "packages": {"$ref": "#/$defs/packages", "description": "Packages for scripts without a dependency list."},
                "gateways": {
                    "type": "object",
                    "propertyNames": {"pattern": fields.ID_PATTERN},
                    "additionalProperties": description_schema(),
                    "description": "Gateways that --gateway command:NAME and docker:NAME start.",
                },
                "endpoint": {"$ref": "#/$defs/endpoint"},
                "defaults": _object({"limits": {"$ref": "#/$defs/limits"}}),
                "examples": {"type": "array", "items": {"$ref": "#/$defs/example"}, "minItems": 1},
            },
            required=("version", "examples"),
        ),
        "$defs": {
            "example": _example(),
            "expect": _expect(),
            "answer": ANSWER_SCHEMA,
            "faults": _faults(),
            "known_failure": _known_failure(),
            "packages": _object({language: {"$ref": "#/$defs/package_list"} for language in languages()}),
            "endpoint": _endpoint(),
            "ready": _ready(),
            "send": _send(),
            "package_list": {
                "oneOf": [{"type": "array", "items": {**_LINE, "not": {"pattern": "^\\s*-"}}}, _LINE],
                "description": "Packages as their package manager spells them, or the path of a file that lists them; "
                "pyproject.toml[NAME] adds an extra or a group.",
            },
            "limits": _object({key: {"type": "number", "minimum": fields.LEAST_LIMIT_S} for key in fields.LIMIT_KEYS}),
            "args": {"type": "array", "items": {"type": "string"}},
            "env": {
                "type": "object",
                "propertyNames": {"pattern": fields.ENV_PATTERN, "not": {"enum": list(fields.SET_BY_THE_RUNNER)}},
                "additionalProperties": {"type": "string"},
            },
            **{f"{language}_variant": _variant(language) for language in languages()},
        },
    }


def schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(manifest_schema(), indent=2, ensure_ascii=False) + "\n"


def _object(properties: Mapping[str, object], required: tuple[str, ...] = ()) -> Schema:
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


def _example() -> Schema:
    return _object(
        {
            "id": {**_WORD, "not": {"const": fields.RESERVED_ID}, "description": "What selects the example; unique."},
            "title": {**_LINE, "description": "What the example shows, in a few words."},
            "tags": {"type": "array", "items": _WORD},
            "opt_in": {"type": "boolean", "description": "Not part of all: an id, a glob or a tag has to ask for it."},
            "needs": {
                "type": "array",
                "items": {"enum": list(CAPABILITIES)},
                "description": "What the gateway must be capable of; elsewhere the example is skipped.",
            },
            "answers": {
                "type": "array",
                "items": {"$ref": "#/$defs/answer"},
                "description": "What a scripted gateway answers, one per request.",
            },
            "faults": {
                "type": "array",
                "items": {"$ref": "#/$defs/faults"},
                "description": "What the network does to the responses, one entry per request.",
            },
            "url": {
                "type": "string",
                "pattern": fields.URL_PATTERN,
                "description": "How scripts get DVARA_URL; {host} is replaced by host and port.",
            },
            "interrupt_after": {**_bytes(), "description": "Press Ctrl-C after this many bytes on stdout."},
            "stdout_closes_after": {**_bytes(), "description": "The reader of stdout leaves once so much has come."},
            "args": {"$ref": "#/$defs/args"},
            "env": {"$ref": "#/$defs/env"},
            "packages": {"$ref": "#/$defs/packages"},
            **_surroundings(),
            "endpoint": {"$ref": "#/$defs/endpoint"},
            "limits": {"$ref": "#/$defs/limits"},
            "expect": {"$ref": "#/$defs/expect"},
            "variants": {
                **_object({language: {"$ref": f"#/$defs/{language}_variant"} for language in languages()}),
                "minProperties": 1,
            },
        },
        required=examples.NEEDED_KEYS,
    )


def _variant(language: str) -> Schema:
    has_builds = load_toolchain(language).spelling.has_builds
    endings = "|".join(suffix.replace(".", "\\.") for suffix in load_toolchain(language).suffixes)
    file: Schema = {"type": "string", "pattern": f"({endings})$", "description": "Relative to the manifest's folder."}
    long_form: Schema = {
        **_object(
            {
                "file": file,
                "args": {"$ref": "#/$defs/args"},
                "env": {"$ref": "#/$defs/env"},
                "packages": {"$ref": "#/$defs/package_list"},
                **(_build() if has_builds else {}),
                **_surroundings(),
                "limits": {"$ref": "#/$defs/limits"},
                "expect": {"$ref": "#/$defs/expect", "description": "What differs from the example's own; needs because."},
                "because": {**_LINE, "description": "Why this language differs."},
                "skip": {**_LINE, "description": "Why this variant never runs."},
                "known_failure": {"$ref": "#/$defs/known_failure"},
            },
            required=("file",),
        ),
        "dependentRequired": {"expect": ["because"], **({"main": ["project"]} if has_builds else {})},
        "dependentSchemas": {"because": {"anyOf": [{"required": [key]} for key in variants.MAY_DIFFER]}},
    }
    return {"oneOf": [file, long_form]}


def _build() -> dict[str, object]:
    main: Schema = {"type": "string", "pattern": CLASS_PATTERN, "description": "The class to start; without it that of file."}
    return {"project": {**_LINE, "description": "The folder of the Maven or Gradle build that makes the class."}, "main": main}


def _surroundings() -> dict[str, object]:
    return {
        "cwd": {**_LINE, "description": "The folder that the script runs in, seen from the manifest's; without it an empty one."},
        "stdin": {"type": "string", "description": "What the script reads."},
        "env_file": {**_LINE, "description": "A .env file whose entries are added to the environment."},
        "listen": {
            "type": "integer",
            "minimum": 1,
            "maximum": fields.MOST_PORT,
            "description": "The port of this machine at which a script with a hard-coded address expects the gateway.",
        },
        "ready": {"$ref": "#/$defs/ready"},
        "send": {"$ref": "#/$defs/send"},
    }


def _ready() -> Schema:
    port: Schema = {"type": "integer", "minimum": 1, "maximum": fields.MOST_PORT}
    properties = {
        "port": port,
        "path": {"type": "string", "pattern": serving.PATH_PATTERN},
        "output": {"type": "string", "pattern": "^[^\\n]*\\S[^\\n]*$"},
        "within_s": {"type": "number", "minimum": 0.1},
    }
    long_form = _object(properties, required=("port",))
    return {"oneOf": [port, long_form], "description": "When a script that is a server can be asked."}


def _send() -> Schema:
    path: Schema = {"type": "string", "pattern": serving.PATH_PATTERN}
    header_names: Schema = {"pattern": serving.HEADER_PATTERN}
    properties = {
        "method": {"enum": list(serving.METHODS)},
        "path": path,
        "headers": {"type": "object", "propertyNames": header_names, "additionalProperties": {"type": "string"}},
        "json": {},
        "body": {"type": "string"},
    }
    request: Schema = {**_object(properties, required=("path",)), "not": {"required": ["json", "body"]}}
    items: Schema = {"oneOf": [path, request]}
    return {"type": "array", "items": items, "minItems": 1, "description": "What is asked of the server, in order."}


def _endpoint() -> Schema:
    name: Schema = {"type": "string", "pattern": fields.ENV_PATTERN}
    names: Schema = {"oneOf": [name, {"type": "array", "items": name}]}
    forms: Schema = {
        "type": "object",
        "propertyNames": name,
        "additionalProperties": {"type": "string", "pattern": surroundings.URL_FORM},
    }
    urls: Schema = {"oneOf": [name, {"type": "array", "items": name}, forms]}
    return {
        **_object({"url": urls, "key": names, "model": names}),
        "description": "The variables in which scripts expect the gateway's address, the key and the model.",
    }


def _bytes() -> Schema:
    return _object({"bytes": {"type": "integer", "minimum": 1}}, required=fields.BYTES_KEYS)


def _expect() -> Schema:
    return {**_object({key: expectation_module(key).VALUE.schema for key in expectation_keys()}), "minProperties": 1}


def _faults() -> Schema:
    some = {**_object({key: fault_module(key).VALUE.schema for key in fault_keys()}), "minProperties": 1}
    alone = {"dependentSchemas": {"refuse": {"maxProperties": 1}}}
    return {"oneOf": [{"const": NONE}, {**some, **alone}]}


def _known_failure() -> Schema:
    keys: Schema = {"enum": list(expectation_keys())}
    properties = {
        "finding": {"oneOf": [keys, {"type": "array", "items": keys, "minItems": 1}]},
        "because": _LINE,
        "upstream": _LINE,
    }
    schema = _object(properties, required=fields.KNOWN_FAILURE_KEYS[:2])
    return {**schema, "description": "What fails for a reason outside the example; once it does not fail any more, the run does."}
