"""Checks the manifest as a whole, and each of its examples."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dvara_examples.core.values import InvalidValue, Path
from dvara_examples.manifest.checks import Checks
from dvara_examples.manifest.fields import VERSION
from dvara_examples.manifest.model import Example, ScriptSetting, Variant
from dvara_examples.manifest.scripts import Scripts
from dvara_examples.manifest.surroundings import read_surroundings
from dvara_examples.manifest.variants import Shared, merge_limits, plain_expect, read_variants
from dvara_examples.records.model import AtTerminal, Limits
from dvara_examples.toolchains import Packages


def read_manifest(checks: Checks, value: object) -> tuple[Mapping[str, Any], tuple[Example, ...]]:
    """Return what the document *value* says as a whole, and its examples in order; problems are noted and left out."""
    if isinstance(value, dict) and "version" in value:
        try:
            VERSION.parse(value["version"])
        except InvalidValue as error:  # another version has other rules, so check nothing else
            checks.problems.note(error, ("version",))
            return {}, ()
    found: Mapping[str, Any] = checks.read(checks.declared.manifest, value, ()) or {}
    packages = {language: replace(each, fallback=True) for language, each in found.get("packages", {}).items()}
    setting = ScriptSetting(endpoint=found["endpoint"]) if "endpoint" in found else ScriptSetting()
    reader = _ExampleReader(checks, merge_limits(Limits(), found.get("defaults", {})), packages, setting)
    items = value.get("examples") if isinstance(value, dict) else None
    examples = [reader.read(item, index) for index, item in enumerate(items)] if isinstance(items, list) else []
    return found, tuple(example for example in examples if example is not None)


def refuse_unnamed(checks: Checks, scripts: Scripts, value: Mapping[str, Any]) -> None:
    """Note scripts that no variant names, unless an unreadable variant may have named them."""
    if all(_names_scripts(example, scripts) for example in value["examples"]):
        for script in scripts.unnamed():
            hint = "name it in a variant or under ignore, move it elsewhere, or start its name with an underscore"
            checks.problems.add("a variant for each script", f"none for {script}", hint, ("examples",), on_key=True)


def _names_scripts(example: object, scripts: Scripts) -> bool:
    variants = example.get("variants") if isinstance(example, dict) else None
    if not isinstance(variants, dict) or not variants:
        return False
    files = (each.get("file") if isinstance(each, dict) else each for each in variants.values())
    return scripts.suffixes.keys() >= variants.keys() and all(isinstance(file, str) for file in files)


@dataclass(slots=True)
class _ExampleReader:
    """Reads one example after the other; *limits*, *packages* and *surroundings* are those of the manifest."""

    checks: Checks
    limits: Limits
    packages: Mapping[str, Packages]
    surroundings: ScriptSetting
    _first_of: dict[str, Path] = field(default_factory=dict)

    def read(self, value: object, index: int) -> Example | None:
        """Return the example at *index*, or None if its id is unknown."""
        path: Path = ("examples", index)
        found = self.checks.read(self.checks.declared.example, value, path)
        if found is None or not isinstance(value, dict):
            return None
        example_id = found.get("id", "")
        self._refuse_twice(example_id, (*path, "id"))
        around = replace(self.surroundings, endpoint=found["endpoint"]) if "endpoint" in found else self.surroundings
        shared = Shared(
            example_id,
            found.get("args", ()),
            found.get("env", {}),
            merge_limits(self.limits, found["limits"]) if "limits" in found else self.limits,
            plain_expect(found.get("expect")),
            {**self.packages, **found.get("packages", {})},
            read_surroundings(self.checks, found, value, path, around),
        )
        variants = read_variants(self.checks, found.get("variants", {}), value.get("variants"), (*path, "variants"), shared)
        return Example(
            example_id,
            found.get("title", ""),
            found.get("tags", ()),
            found.get("needs", ()),
            found.get("answers", ()),
            shared.expect,
            shared.limits,
            tuple(replace(each, expected_at=self._expected_at(path, each)) for each in variants),
            self.checks.origin(("examples",), index),
            found.get("faults", ()),
            found.get("opt_in", False),
            found.get("url"),
            AtTerminal(found.get("interrupt_after"), found.get("stdout_closes_after")),
            found.get("models", ()),
        )

    def _refuse_twice(self, example_id: str, place: Path) -> None:
        first = self._first_of.setdefault(example_id, place)
        if example_id and first is not place:
            again, hint = f"{example_id!r} again", "rename one of the two"
            self.checks.problems.add("an id of its own", again, hint, place, first=(first, False))

    def _expected_at(self, path: Path, variant: Variant) -> dict[str, str]:
        """Return the position of each expectation of *variant* in the manifest: its own first, then the example's."""
        marks = self.checks.landmarks
        common = marks.get((*path, "expect"), {})
        own = marks.get((*path, "variants", variant.language, "expect"), {})
        lines = {key: mark.line + 1 for key, mark in {**common, **own}.items() if key in variant.expect}
        return {str(key): f"{self.checks.shown}:{line}" for key, line in lines.items()}
