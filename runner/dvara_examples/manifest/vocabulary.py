"""The words that a manifest may use, as one value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dvara_examples.core.shapes import ANYTHING, Shape, deferred
from dvara_examples.expectations import expect_shape, expectation_keys
from dvara_examples.faults import faults_shape
from dvara_examples.gateways import CAPABILITIES
from dvara_examples.toolchains import languages, load_toolchain


def _answer() -> Shape[Any]:
    from dvara_examples.embedded_gateway.answers import ANSWER  # not needed for what is known to be valid

    return ANSWER


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The definitions of the manifest's words.

    *suffixes* has, for each language, the endings of its scripts. *with_builds* are the languages whose scripts may be
    classes of a build. *expect* is the shape of ``expect:``, *answer* and *faults*
    those of one entry of ``answers:`` and ``faults:``.
    """

    suffixes: Mapping[str, tuple[str, ...]]
    capabilities: Sequence[str]
    expectation_keys: Callable[[], Sequence[str]]
    expect: Shape[Any]
    answer: Shape[Any]
    faults: Shape[Any]
    with_builds: frozenset[str]


def unchecked_vocabulary() -> Vocabulary:
    """Return the installed words, without the shapes of what is known to be valid."""
    return Vocabulary(_suffixes(), tuple(CAPABILITIES), expectation_keys, ANYTHING, ANYTHING, ANYTHING, _with_builds())


def installed_vocabulary() -> Vocabulary:
    """Return the words of the installed plug-ins: toolchains, expectations, answers and faults."""
    expect, answer, faults = deferred(expect_shape), deferred(_answer), deferred(faults_shape)
    return Vocabulary(_suffixes(), tuple(CAPABILITIES), expectation_keys, expect, answer, faults, _with_builds())


def _with_builds() -> frozenset[str]:
    return frozenset(language for language in languages() if load_toolchain(language).has_builds)


def _suffixes() -> Mapping[str, tuple[str, ...]]:
    return {language: load_toolchain(language).suffixes for language in languages()}
