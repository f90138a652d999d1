"""``stdout_json: {equals: ..., at: {/pointer: value}, schema: {...}}``: stdout as a whole is one JSON document."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.expectations.output._text import quote
from dvara_examples.transcript import Transcript
from dvara_examples.values import InvalidValue, as_mapping, below
from dvara_examples.verdict import Expectation, Finding, Witness

SCHEMA: dict[str, object] = {
    "description": "stdout is one JSON document that equals a value, holds values at JSON pointers (RFC 6901), fits a schema.",
    "type": "object",
    "properties": {
        "equals": True,
        "at": {"type": "object", "propertyNames": {"pattern": "^(/.*)?$"}, "minProperties": 1},
        "schema": {"type": ["object", "boolean"]},
    },
    "additionalProperties": False,
}
_MISSING = object()


@dataclass(frozen=True, slots=True)
class StdoutJson:
    """The document equals *equals* (when set), holds the values of *at*, and is valid against *schema* (when set)."""

    key: ClassVar[str] = "stdout_json"
    witness: ClassVar[Witness] = Witness.OUTPUT
    equals: object = _MISSING
    at: tuple[tuple[str, object], ...] = ()
    schema: Mapping[str, object] | bool = True

    def check(self, seen: Transcript) -> Finding:
        """Parse stdout and hold every assertion against it."""
        text = seen.stdout.text
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            sentence = f"stdout is not one JSON document ({error})"
            return Finding(self.key, self.witness, False, "one JSON document", quote(text, 400), sentence)
        for expected, shown, sentence in self._misses(document):
            return Finding(self.key, self.witness, False, expected, shown, sentence)
        return Finding(self.key, self.witness, True, "one JSON document that fits", quote(text, 200))

    def _misses(self, document: object) -> Iterator[tuple[str, str, str]]:
        if self.equals is not _MISSING and not _same(document, self.equals):
            yield _json(self.equals), _json(document), "the document is another one"
        for pointer, value in self.at:
            found = _at(document, pointer)
            if found is _MISSING:
                yield f"{_json(value)} at {pointer}", "nothing there", "the document has no value at that JSON pointer"
            elif not _same(found, value):
                yield f"{_json(value)} at {pointer}", _json(found), "the value at that JSON pointer is another one"
        if self.schema is not True:
            yield from self._schema_misses(document)

    def _schema_misses(self, document: object) -> Iterator[tuple[str, str, str]]:
        import jsonschema  # slow to import, and rarely used
        from referencing.exceptions import Unresolvable

        validator = jsonschema.Draft202012Validator(self.schema)
        try:
            errors = sorted(validator.iter_errors(document), key=lambda e: list(map(str, e.absolute_path)))
        except Unresolvable as lost:
            yield "a document that fits the schema", "a schema that cannot be followed", f"the schema refers to nothing: {lost}"
            return
        for error in errors:
            where = "/" + "/".join(map(str, error.absolute_path))
            yield "a document that fits the schema", _json(document), f"at {where}: {error.message}"


def parse(value: object) -> Expectation:
    """Parse the value of ``stdout_json:``."""
    found = as_mapping(value, ("equals", "at", "schema"))
    with below("at"):
        at = as_mapping(found.get("at", {}))
    for pointer in at:
        if pointer and not pointer.startswith("/"):
            raise InvalidValue(
                f"found the pointer {pointer!r}", "a JSON pointer such as /user/name is accepted", ("at", pointer), on_key=True
            )
    return StdoutJson(found.get("equals", _MISSING), tuple(at.items()), _as_schema(found.get("schema", True)))


def _as_schema(value: object) -> Mapping[str, object] | bool:
    with below("schema"):
        schema = value if isinstance(value, bool) else as_mapping(value)
    import jsonschema  # slow to import, and rarely used

    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise InvalidValue(
            f"found a JSON Schema that is not valid ({error.message})", "a schema of draft 2020-12 is accepted", ("schema",)
        ) from None
    _refuse_references_elsewhere(schema)
    return schema


def _refuse_references_elsewhere(schema: object) -> None:
    """Raise InvalidValue where *schema* refers to another document: a verdict must not depend on the network."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            reference = part.get("$ref", "#")
            if isinstance(reference, str) and not reference.startswith("#"):
                raise InvalidValue(
                    f"found a reference to {reference!r}", "a reference within the schema is accepted", ("schema",)
                )
        waiting += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()


def _at(document: object, pointer: str) -> object:
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list) and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        else:
            return _MISSING
    return document


def _same(a: object, b: object) -> bool:
    """Compare as JSON does: 1 and 1.0 are one number, but true is not 1."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    return a == b


def _json(value: object) -> str:
    return quote(json.dumps(value, ensure_ascii=False), 300)
