"""Checks ``variants:``: the scripts of one example, one per language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dvara_examples.core.values import InvalidValue, Path, as_text, describe, did_you_mean, quoted
from dvara_examples.manifest.checks import Checks
from dvara_examples.manifest.fields import parse_known_failure, parse_line
from dvara_examples.manifest.model import ScriptSetting, Variant
from dvara_examples.manifest.packages import read_build, read_packages
from dvara_examples.manifest.scripts import Script
from dvara_examples.manifest.surroundings import SURROUNDING_KEYS, read_surroundings
from dvara_examples.records.model import Limits
from dvara_examples.records.transcript import KnownFailure
from dvara_examples.toolchains import Packages

VARIANT_KEYS = ("file", "args", "env", "packages", *SURROUNDING_KEYS, "limits", "expect", "because", "skip", "known_failure")
"""Every key of a variant's long form."""
BUILD_KEYS = ("project", "main")
"""What a variant has besides where its language has builds: the folder of the build, and the class to start."""
MAY_DIFFER = ("args", "env", "limits", "expect")


@dataclass(frozen=True, slots=True)
class Shared:
    """What an example hands down to its variants."""

    id: str
    args: tuple[str, ...]
    env: Mapping[str, str]
    limits: Limits
    expect: Mapping[str, object]
    packages: Mapping[str, Packages] = field(default_factory=dict)
    surroundings: ScriptSetting = field(default_factory=ScriptSetting)


def read_variants(checks: Checks, value: object, path: Path, shared: Shared) -> tuple[Variant, ...]:
    """Return the variants of one example, in the manifest's order; what is wrong is noted and left out."""
    if not isinstance(value, dict) or not value:
        found = "no variant" if value == {} else describe(value)
        known = ", ".join(checks.vocabulary.suffixes)
        checks.problems.add(f"found {found}", f"a mapping of languages to scripts is accepted; known: {known}", path)
        checks.named_all = False
        return ()
    variants = (_read_variant(checks, language, value[language], path, shared) for language in value)
    return tuple(variant for variant in variants if variant is not None)


def _read_variant(checks: Checks, language: str, value: object, container: Path, shared: Shared) -> Variant | None:
    path = (*container, language)
    if language not in checks.vocabulary.suffixes:
        checks.problems.add(
            f"found the unknown language {quoted(language)}",
            did_you_mean(language, checks.vocabulary.suffixes),
            path,
            on_key=True,
        )
        checks.named_all = False
        return None
    if isinstance(value, str):
        script = _script(checks, value, language, path)
        return None if script is None else _short_variant(checks, language, script, container, shared)
    if not isinstance(value, dict):
        checks.problems.add(f"found {describe(value)}", "the path of a script, or a mapping with file, is accepted", path)
        checks.named_all = False
        return None
    keys = (*VARIANT_KEYS, *BUILD_KEYS) if language in checks.vocabulary.with_builds else VARIANT_KEYS
    found = checks.mapping(value, path, keys, ("file",)) or {}
    script = _script(checks, found["file"], language, (*path, "file")) if "file" in found else None
    checks.named_all = checks.named_all and "file" in found
    return _variant(checks, language, script, found, container, shared)


def _script(checks: Checks, value: object, language: str, path: Path) -> Script | None:
    try:
        return checks.scripts.find(as_text(value), language)
    except InvalidValue as error:
        checks.problems.note(error, path)
        checks.named_all = checks.named_all and isinstance(value, str)
        return None


def _short_variant(checks: Checks, language: str, script: Script, container: Path, shared: Shared) -> Variant:
    """Return a variant that has nothing of its own but its script."""
    origin = checks.origin(container, language)
    inherited = (shared.args, shared.env, shared.limits, shared.expect)
    packages = shared.packages.get(language)
    return Variant(
        shared.id,
        language,
        script.file,
        script.relative,
        *inherited,
        None,
        None,
        origin,
        packages=packages,
        surroundings=shared.surroundings,
    )


def _variant(
    checks: Checks, language: str, script: Script | None, found: Mapping[str, object], container: Path, shared: Shared
) -> Variant | None:
    path = (*container, language)
    _check_because(checks, found, path)
    expect = shared.expect
    if "expect" in found:
        expect = {**expect, **checks.expects.check(found["expect"], (*path, "expect"))}
    args = checks.args(found["args"], (*path, "args")) if "args" in found else shared.args
    env = {**shared.env, **checks.env(found["env"], (*path, "env"))} if "env" in found else shared.env
    limits = checks.limits(found["limits"], (*path, "limits"), shared.limits) if "limits" in found else shared.limits
    packages = shared.packages.get(language)
    if "packages" in found:
        packages = read_packages(checks, found["packages"], (*path, "packages"))
    if "project" in found or "main" in found:
        packages = read_build(checks, found, path) or packages
    surroundings = read_surroundings(checks, found, path, shared.surroundings)
    because, skip = (_line(checks, found, key, path) for key in ("because", "skip"))
    known = _known_failure(checks, found, path, expect)
    if script is None:
        return None
    origin = checks.origin(container, language)
    own = (shared.id, language, script.file, script.relative, args, env, limits)
    return Variant(*own, expect, because, skip, origin, known, packages=packages, surroundings=surroundings)


def _check_because(checks: Checks, found: Mapping[str, object], path: Path) -> None:
    if "expect" in found and "because" not in found:
        accepted = "because: is needed beside it and says why this language differs"
        checks.problems.add("found an override of expect", accepted, (*path, "expect"), on_key=True)
    if "because" in found and not any(key in found for key in MAY_DIFFER):
        accepted = f"it explains one of {', '.join(MAY_DIFFER)}; remove it or add what it explains"
        checks.problems.add("found because without anything that differs", accepted, (*path, "because"), on_key=True)


def _line(checks: Checks, found: Mapping[str, object], key: str, path: Path) -> str | None:
    return checks.problems.read(parse_line, found[key], (*path, key), None) if key in found else None


def _known_failure(checks: Checks, found: Mapping[str, object], path: Path, expect: Mapping[str, object]) -> KnownFailure | None:
    if "known_failure" not in found:
        return None
    return checks.problems.read(
        lambda value: parse_known_failure(value, expect), found["known_failure"], (*path, "known_failure"), None
    )
