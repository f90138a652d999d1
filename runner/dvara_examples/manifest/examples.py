"""Checks the manifest as a whole, and each of its examples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dvara_examples.core.renamed import EXAMPLE_KEYS as RENAMED_KEYS
from dvara_examples.core.values import InvalidValue, Path, as_bool, as_mapping, as_one_of, describe
from dvara_examples.manifest.checks import Checks
from dvara_examples.manifest.fields import (
    VERSION,
    parse_bytes,
    parse_id,
    parse_line,
    parse_pages,
    parse_url,
    parse_version,
    parse_word,
)
from dvara_examples.manifest.model import Example, ScriptSetting, Variant
from dvara_examples.manifest.packages import read_by_language
from dvara_examples.manifest.surroundings import SURROUNDING_KEYS, read_endpoint, read_surroundings
from dvara_examples.manifest.variants import Shared, read_variants
from dvara_examples.records.model import AtTerminal, Limits
from dvara_examples.toolchains import Packages

if TYPE_CHECKING:
    from dvara_examples.gateways._description import GatewayDescription

MANIFEST_KEYS = ("version", "docs", "strict", "ignore", "defaults", "packages", "endpoint", "gateways", "examples")
DEFAULTS_KEYS = ("limits",)
EXAMPLE_KEYS = (
    *("id", "title", "tags", "opt_in", "needs", "answers", "faults", "url", "interrupt_after", "stdout_closes_after"),
    *("args", "env", "packages", *SURROUNDING_KEYS, "endpoint", "limits", "expect", "variants"),
)
NEEDED_KEYS = ("id", "title", "expect", "variants")


def read_examples(checks: Checks, value: object) -> tuple[Example, ...]:
    """Return the examples of the document *value*, in its order; what is wrong is noted and left out."""
    found = checks.mapping(value, (), MANIFEST_KEYS, ("version", "examples"))
    if found is None:
        return ()
    if "version" in found:
        try:
            parse_version(found["version"])
        except InvalidValue as error:  # another version has other rules: nothing else can be said of it
            checks.problems.note(error, ("version",))
            return ()
    packages = read_by_language(checks, found.get("packages", {}), ("packages",), fallback=True)
    endpoint = read_endpoint(checks, found.get("endpoint", {}), ("endpoint",))
    reader = _ExampleReader(checks, _default_limits(checks, found), packages, ScriptSetting(endpoint=endpoint))
    items = found.get("examples")
    if not isinstance(items, list):
        if "examples" in found:
            checks.problems.add(f"found {describe(items)}", "a list of examples is accepted, each after a dash", ("examples",))
        return ()
    if not items:
        checks.problems.add("found no example", "at least one is accepted", ("examples",))
    examples = [reader.read(item, index) for index, item in enumerate(items)]
    if "strict" in found and checks.problems.read(as_bool, found["strict"], ("strict",), False):
        _refuse_unnamed(checks)
    return tuple(example for example in examples if example is not None)


def read_docs(checks: Checks, value: object) -> tuple[str, ...]:
    """Return the patterns of the documentation pages; what is wrong is noted and left out."""
    if not isinstance(value, dict) or "docs" not in value or value.get("version") != VERSION:
        return ()
    return checks.items(parse_pages, value["docs"], ("docs",))


def read_ignored(checks: Checks, value: object) -> tuple[str, ...]:
    """Return the patterns of the scripts that are no examples, seen from the manifest's folder."""
    if not isinstance(value, dict) or "ignore" not in value or value.get("version") != VERSION:
        return ()
    return checks.items(parse_pages, value["ignore"], ("ignore",))


def read_gateways(checks: Checks, value: object) -> "dict[str, GatewayDescription]":
    """Return the gateways that the manifest describes, by name; what is wrong is noted and left out."""
    if not isinstance(value, dict) or "gateways" not in value or value.get("version") != VERSION:
        return {}
    from dvara_examples.gateways._description import parse_description

    found: Mapping[str, object] = checks.problems.read(as_mapping, value["gateways"], ("gateways",), {})
    described = {}
    for name, description in found.items():
        try:
            described[name] = parse_description(parse_word(name), description)
        except InvalidValue as error:
            checks.problems.note(error, ("gateways", name))
    return described


def _default_limits(checks: Checks, found: Mapping[str, object]) -> Limits:
    if "defaults" not in found:
        return Limits()
    defaults = checks.mapping(found["defaults"], ("defaults",), DEFAULTS_KEYS) or {}
    return checks.limits(defaults["limits"], ("defaults", "limits"), Limits()) if "limits" in defaults else Limits()


def _refuse_unnamed(checks: Checks) -> None:
    """Note scripts that no variant names, unless a variant could not be read and may have named them."""
    if checks.named_all:
        for script in checks.scripts.unnamed():
            accepted = "name it in a variant or under ignore, move it elsewhere, or start its name with an underscore"
            checks.problems.add(f"found the script {script}, which no variant names", accepted, ("examples",), on_key=True)


@dataclass(slots=True)
class _ExampleReader:
    """Reads one example after the other; *limits*, *packages* and *surroundings* are those of the manifest."""

    checks: Checks
    limits: Limits
    packages: Mapping[str, Packages]
    surroundings: ScriptSetting
    _first_of: dict[str, Path] = field(default_factory=dict)
    _words: dict[object, str] = field(default_factory=dict)
    _plain_values: dict[str, object] = field(default_factory=dict)

    def read(self, value: object, index: int) -> Example | None:
        """Return the example at *index*, or None where it cannot be told what it is."""
        path = ("examples", index)
        checks = self.checks
        found = checks.mapping(value, path, (*EXAMPLE_KEYS, *RENAMED_KEYS), NEEDED_KEYS)
        if found is None:
            checks.named_all = False
            return None
        example_id = self._id(found, path)
        title = checks.problems.read(parse_line, found["title"], (*path, "title"), "") if "title" in found else ""
        expect = checks.expects.check(found["expect"], (*path, "expect")) if "expect" in found else {}
        args = checks.args(found["args"], (*path, "args")) if "args" in found else ()
        env = checks.env(found["env"], (*path, "env")) if "env" in found else {}
        limits = checks.limits(found["limits"], (*path, "limits"), self.limits) if "limits" in found else self.limits
        tags = checks.items(self._tag, found["tags"], (*path, "tags")) if "tags" in found else ()
        needs = checks.items(self._need, found["needs"], (*path, "needs")) if "needs" in found else ()
        answers, faults = (self._plain(found, key, path) for key in ("answers", "faults"))
        checks.named_all = checks.named_all and "variants" in found
        own = read_by_language(checks, found["packages"], (*path, "packages")) if "packages" in found else {}
        around = self._surroundings(found, path)
        shared = Shared(example_id, args, env, limits, expect, {**self.packages, **own}, around)
        variants = read_variants(checks, found["variants"], (*path, "variants"), shared) if "variants" in found else ()
        variants = tuple(replace(each, expected_at=self._expected_at(path, each)) for each in variants)
        origin = checks.origin(("examples",), index)
        opt_in = self._opt_in(found, path)
        url = checks.problems.read(parse_url, found["url"], (*path, "url"), None) if "url" in found else None
        at_terminal = AtTerminal(*(self._bytes(found, key, path) for key in ("interrupt_after", "stdout_closes_after")))
        given = (example_id, title, tags, needs, answers)
        return Example(*given, expect, limits, variants, origin, faults, opt_in, url, at_terminal)

    def _opt_in(self, found: Mapping[str, object], path: Path) -> bool:
        key = "explicit" if "explicit" in found else "opt_in"
        if key != "opt_in" and "opt_in" in found:
            self.checks.problems.add("found 'explicit' beside 'opt_in'", "keep 'opt_in'", (*path, key), on_key=True)
        return self.checks.problems.read(as_bool, found[key], (*path, key), False) if key in found else False

    def _expected_at(self, path: Path, variant: Variant) -> dict[str, str]:
        """Return where the manifest has each expectation of *variant*: its own before the example's."""
        marks = self.checks.landmarks
        common = marks.get((*path, "expect"), {})
        own = marks.get((*path, "variants", variant.language, "expect"), {})
        lines = {key: mark.line + 1 for key, mark in {**common, **own}.items() if key in variant.expect}
        return {str(key): f"{self.checks.shown}:{line}" for key, line in lines.items()}

    def _surroundings(self, found: Mapping[str, object], path: Path) -> ScriptSetting:
        around = self.surroundings
        if "endpoint" in found:
            around = replace(around, endpoint=read_endpoint(self.checks, found["endpoint"], (*path, "endpoint")))
        return read_surroundings(self.checks, found, path, around)

    def _bytes(self, found: Mapping[str, object], key: str, path: Path) -> int | None:
        return self.checks.problems.read(parse_bytes, found[key], (*path, key), None) if key in found else None

    def _id(self, found: Mapping[str, object], path: Path) -> str:
        if "id" not in found:
            return ""
        place = (*path, "id")
        example_id = self.checks.problems.read(parse_id, found["id"], place, "")
        first = self._first_of.setdefault(example_id, place)
        if example_id and first is not place:
            accepted = "each id is accepted once; rename one of the two"
            self.checks.problems.add(f"found the id {example_id!r} a second time", accepted, place, first=(first, False))
        return example_id

    def _tag(self, value: object) -> str:
        known = self._words.get(value) if isinstance(value, str) else None
        if known is None:
            known = self._words[value] = parse_word(value)
        return known

    def _need(self, value: object) -> str:
        if not isinstance(value, str):
            raise InvalidValue(f"found {describe(value)}", f"one of {', '.join(self.checks.vocabulary.capabilities)} is accepted")
        return as_one_of(value, self.checks.vocabulary.capabilities)

    def _plain(self, found: Mapping[str, object], key: str, path: Path) -> tuple[object, ...]:
        """Check each answer, or entry of faults, with its own parser, equal ones once; they stay plain values."""
        if key not in found:
            return ()
        words = self.checks.vocabulary
        parse: Callable[[object], object] = words.parse_answer if key == "answers" else words.parse_faults

        def check(value: object) -> object:
            text = f"{key} {value!r}"
            if text not in self._plain_values:
                parse(value)
                self._plain_values[text] = value
            return value

        return self.checks.items(check, found[key], (*path, key))
