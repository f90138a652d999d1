"""Assertions about a JSON document: stdout for ``stdout_json:``, and bodies for ``request_json:``."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dvara_examples.core.shapes import ANYTHING, Shape, entries, mapping, text
from dvara_examples.core.values import InvalidValue, as_mapping
from dvara_examples.expectations._text import quote

_MISSING = object()
_INDEX = re.compile(r"0|[1-9][0-9]*")

Miss = tuple[str, str, str]
"""What was expected, what is there, and a sentence that tells the difference."""


@dataclass(frozen=True, slots=True)
class JsonWanted:
    """The document equals *equals* (if set), has the values of *at*, and is valid against *schema* (if set)."""

    equals: object = _MISSING
    at: tuple[tuple[str, object], ...] = ()
    schema: Mapping[str, object] | bool = True

    def miss(self, text: str, name: str) -> Miss | None:
        """Return the first assertion that *text* does not fulfil, or None; *name* says what the text is."""
        try:
            document = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            return "one JSON document", quote(text, 400), f"{name} is not one JSON document ({error})"
        return next(self._misses(document), None)

    def _misses(self, document: object) -> Iterator[Miss]:
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

    def _schema_misses(self, document: object) -> Iterator[Miss]:
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


def _as_schema(value: object) -> Mapping[str, object] | bool:
    if isinstance(value, bool):
        return value
    schema = as_mapping(value)
    import jsonschema  # slow to import, and rarely used

    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise InvalidValue("a JSON Schema of draft 2020-12", f"one that is not valid ({error.message})") from None
    _refuse_references_elsewhere(schema)
    return schema


def _refuse_references_elsewhere(schema: object) -> None:
    """Raise InvalidValue if *schema* refers to another document: a verdict must not depend on the network."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            reference = part.get("$ref", "#")
            if isinstance(reference, str) and not reference.startswith("#"):
                raise InvalidValue("references within the schema only", f"one to {reference!r}")
        waiting += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()


def _refuse(constant: str) -> object:
    """Refuse what Python accepts although it is not JSON."""
    raise ValueError(f"{constant} is no JSON")


def _at(document: object, pointer: str) -> object:
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list) and _INDEX.fullmatch(name) and int(name) < len(document):
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


_POINTER = text(pattern="^(/.*)?$", expected="a JSON pointer such as /user/name")
_AT = entries(_POINTER, ANYTHING, "at least one JSON pointer with its value").to(lambda found: tuple(found.items()))
_SCHEMA: Shape[Mapping[str, object] | bool] = Shape(lambda: {"type": ["object", "boolean"]}, _as_schema)
JSON = mapping({"equals": ANYTHING, "at": _AT, "schema": _SCHEMA}).to(lambda found: JsonWanted(**found))
"""The mapping below ``stdout_json:`` or ``request_json:``; an empty one wants any JSON document."""
