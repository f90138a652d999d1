"""Checks ``variants:``: the scripts of one example, one per language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dvara_examples.core.values import Path, did_you_mean, quoted
from dvara_examples.manifest.checks import Checks
from dvara_examples.manifest.model import ScriptSetting, Variant
from dvara_examples.manifest.surroundings import read_surroundings
from dvara_examples.records.model import Limits
from dvara_examples.toolchains import Packages


@dataclass(frozen=True, slots=True)
class Shared:
    """What a variant inherits from its example."""

    id: str
    args: tuple[str, ...]
    env: Mapping[str, str]
    limits: Limits
    expect: Mapping[str, object]
    packages: Mapping[str, Packages] = field(default_factory=dict)
    surroundings: ScriptSetting = field(default_factory=ScriptSetting)


def merge_limits(base: Limits, own: Mapping[str, float]) -> Limits:
    """Return *base* overridden by the limits of *own*."""
    return Limits(own.get("wall_s", base.wall_s), own.get("idle_s", base.idle_s))


def plain_expect(value: object) -> Mapping[str, object]:
    """Return the mapping under ``expect:`` as written; if it is not one, that was noted before."""
    return value if isinstance(value, dict) else {}


def read_variants(
    checks: Checks, parsed: Mapping[str, Mapping[str, Any]], written: object, path: Path, shared: Shared
) -> tuple[Variant, ...]:
    """Return the variants of one example, in the manifest's order; problems are noted and left out."""
    given = written if isinstance(written, dict) else {}
    variants = (_variant(checks, each, found, given[each], path, shared) for each, found in parsed.items())
    return tuple(variant for variant in variants if variant is not None)


def _variant(
    checks: Checks, language: str, found: Mapping[str, Any], written: object, container: Path, shared: Shared
) -> Variant | None:
    path = (*container, language)
    expect = {**shared.expect, **plain_expect(found["expect"])} if "expect" in found else shared.expect
    surroundings = read_surroundings(checks, found, written, path, shared.surroundings)
    known = found.get("known_failure")
    for key in known.findings if known else ():
        if key not in expect:
            place = (*path, "known_failure", "finding")
            checks.problems.add("a key of this variant's expect", quoted(key), did_you_mean(key, expect), place)
    if "file" not in found:
        return None
    packages = found.get("packages", shared.packages.get(language))
    if "project" in found:
        packages = Packages(project=found["project"], main=found.get("main", ""))
    return Variant(
        shared.id,
        language,
        found["file"].file,
        found["file"].relative,
        found.get("args", shared.args),
        {**shared.env, **found["env"]} if "env" in found else shared.env,
        merge_limits(shared.limits, found["limits"]) if "limits" in found else shared.limits,
        expect,
        found.get("because"),
        found.get("skip"),
        checks.origin(container, language),
        known,
        packages=packages,
        surroundings=surroundings,
    )
