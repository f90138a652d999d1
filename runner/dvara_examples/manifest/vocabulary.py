"""The words that a manifest may use, and the parsers of its open parts, as one value that tests can replace."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dvara_examples.expectations import expectation_keys, parse_expectation
from dvara_examples.faults import parse_faults
from dvara_examples.gateways import CAPABILITIES
from dvara_examples.toolchains import languages, load_toolchain


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the manifest's words are held against.

    *suffixes* holds, for each language, the endings of its scripts, and *with_builds* are the languages whose scripts may be
    classes of a build. *parse_expectation* takes a key and a plain value,
    *parse_answer* and *parse_faults* a plain value; all raise InvalidValue, the first with a path that starts with the key.
    """

    suffixes: Mapping[str, tuple[str, ...]]
    capabilities: Sequence[str]
    expectation_keys: Sequence[str]
    parse_expectation: Callable[[str, object], object]
    parse_answer: Callable[[object], object]
    parse_faults: Callable[[object], object]
    with_builds: frozenset[str] = frozenset()


def unchecked_vocabulary() -> Vocabulary:
    """Return the words that are installed, without the parsers of what was found good before."""
    return Vocabulary(_suffixes(), tuple(CAPABILITIES), (), _good, _good, _good, languages_with_builds())


def _good(*_value: object) -> None:
    """Take what was found good before."""


def _suffixes() -> Mapping[str, tuple[str, ...]]:
    return {language: load_toolchain(language).suffixes for language in languages()}


def languages_with_builds() -> frozenset[str]:
    """Return the languages whose scripts may be classes of a build."""
    return frozenset(language for language in languages() if load_toolchain(language).spelling.has_builds)


def installed_vocabulary() -> Vocabulary:
    """Return the words of the plug-ins that are installed: toolchains, expectations, answers and faults."""
    from dvara_examples.embedded_gateway.answers import (
        parse_answer,  # the embedded gateway is not needed where tests bring their own parser
    )

    parsers = (parse_expectation, parse_answer, parse_faults)
    return Vocabulary(_suffixes(), tuple(CAPABILITIES), expectation_keys(), *parsers, languages_with_builds())
