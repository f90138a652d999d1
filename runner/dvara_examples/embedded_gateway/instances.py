"""A plausible instance of a JSON Schema, with nice values for well-known property names."""

from collections.abc import Mapping, Sequence

_PLEASANT: Mapping[str, object] = {
    "name": "John",
    "first_name": "John",
    "last_name": "Smith",
    "age": 30,
    "city": "Paris",
    "location": "Paris",
    "country": "France",
    "language": "Python",
    "languages": ["Python", "JavaScript", "Java"],
    "unit": "celsius",
    "temperature": 21,
    "year": 2026,
    "title": "A short story",
    "summary": "John is thirty years old.",
    "description": "A short description.",
    "email": "john@example.com",
    "url": "https://example.com",
    "date": "2026-01-31",
}
_FORMATS: Mapping[str, str] = {
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "date-time": "2026-01-31T12:00:00Z",
    "email": "john@example.com",
    "uri": "https://example.com",
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
}
_DEEPEST = 12
"""Schemas may refer to themselves; below this depth optional parts are left out."""
_MOST_ITEMS = 100
_MOST_CHARS = 10_000

Schema = Mapping[str, object]


def instance_of(schema: Schema) -> object:
    """Return a value that *schema* accepts, as far as its common keywords go; follows local references."""
    return _Builder(schema).build(schema, "", 0)


class _Builder:
    def __init__(self, root: Schema) -> None:
        self._root = root

    def build(self, schema: object, name: str, depth: int) -> object:
        """Return an instance of *schema*, the value of the property *name*."""
        resolved = self._resolve(schema)
        if depth > 2 * _DEEPEST:
            return None
        for given in ("const", "default"):
            if given in resolved:
                return resolved[given]
        for choices in ("enum", "examples"):
            values = resolved.get(choices)
            if isinstance(values, list) and values:
                return values[0]
        match _type(resolved):
            case "object":
                return self._object(resolved, depth)
            case "array":
                return self._array(resolved, name, depth)
            case "integer" | "number" as kind:
                return _number(resolved, name, whole=kind == "integer")
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return _text(resolved, name)

    def _resolve(self, schema: object) -> Schema:
        """Follow references, merge ``allOf`` and take the first of several alternatives."""
        for _ in range(_DEEPEST):
            if not isinstance(schema, Mapping):
                return {}
            reference = schema.get("$ref")
            alternatives = schema.get("anyOf") or schema.get("oneOf")
            if isinstance(reference, str):
                schema = self._target(reference)
            elif isinstance(parts := schema.get("allOf"), list):
                merged = {key: value for key, value in schema.items() if key != "allOf"}
                for part in parts:
                    merged = {**self._resolve(part), **merged}
                return merged
            elif isinstance(alternatives, list) and alternatives:
                schema = next((a for a in alternatives if isinstance(a, Mapping) and a.get("type") != "null"), alternatives[0])
            else:
                return schema
        return {}

    def _target(self, reference: str) -> object:
        node: object = self._root
        for part in reference.removeprefix("#").strip("/").split("/"):
            if part:
                node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, Mapping) else None
        return node

    def _object(self, schema: Schema, depth: int) -> dict[str, object]:
        properties, required = schema.get("properties"), schema.get("required")
        if not isinstance(properties, Mapping):
            return {}
        needed = required if isinstance(required, list) else []
        wanted = [name for name in properties if depth < _DEEPEST or name in needed]
        return {name: self.build(properties[name], name, depth + 1) for name in wanted}

    def _array(self, schema: Schema, name: str, depth: int) -> list[object]:
        least = schema.get("minItems")
        count = max(least if isinstance(least, int) else 0, 1 if depth < _DEEPEST else 0)
        items = self._resolve(schema.get("items"))
        pleasant = _PLEASANT.get(name)
        if isinstance(pleasant, list) and _type(items) == "string" and not items.get("enum") and count <= len(pleasant):
            most = schema.get("maxItems")
            return pleasant[: most if isinstance(most, int) else None]
        return [self.build(items, name.removesuffix("s"), depth + 1) for _ in range(min(count, _MOST_ITEMS))]


def _type(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, Sequence) and not isinstance(kind, str):
        kind = next((k for k in kind if k != "null"), "null")
    if isinstance(kind, str):
        return kind
    return "object" if "properties" in schema else "array" if "items" in schema else "string"


def _number(schema: Schema, name: str, *, whole: bool) -> int | float:
    pleasant = _PLEASANT.get(name)
    value: float = pleasant if isinstance(pleasant, int) else 1
    low, high = schema.get("minimum"), schema.get("maximum")
    if isinstance(low, int | float):
        value = max(value, low)
    if isinstance(high, int | float):
        value = min(value, high)
    return int(value) if whole else value


def _text(schema: Schema, name: str) -> str:
    fixed = _FORMATS.get(str(schema.get("format")))
    pleasant = _PLEASANT.get(name)
    text = fixed or (pleasant if isinstance(pleasant, str) else name.replace("_", " ") or "text")
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int):
        text = text.ljust(min(least, _MOST_CHARS), ".")
    return text[:most] if isinstance(most, int) else text
