"""The shipped examples against every way in which a stream can come, or fail to come."""

import pytest

from tests.endings_wires import PROTOCOLS
from tests.integration.conftest import Tool

pytestmark = pytest.mark.slow

KNOWN = {
    "conform-f11-fields-alone[python]",
    "conform-f11-fields-alone-of-responses[python]",
    "conform-f15-bom[java]",
    "conform-f15-bom[python]",
    "conform-r17-idempotency-key[java]",
    "conform-r17-idempotency-key[node]",
    "conform-r17-idempotency-key[python]",
    *(f"conform-r17-idempotency-key-of-{name}[{language}]" for name in PROTOCOLS for language in ("java", "node", "python")),
}
"""Where what a script builds on cannot do right; the manifest has the reasons."""


def in_languages(languages: tuple[str, ...]) -> list[str]:
    """Return the options that choose the languages that are here."""
    return [word for language in languages for word in ("--language", language)]


@pytest.mark.timeout(1220)  # a quiet machine takes four minutes
def test_every_example_does_the_right_thing_however_a_stream_ends(tool: Tool, languages: tuple[str, ...]) -> None:
    """No example takes a part for the whole, asks again where it must not, hangs, or shows a stack trace, in any language."""
    ran = tool("run", "--tag", "conformance", "--jobs", "2", *in_languages(languages), timeout_s=1200)
    assert ran.code == 0, ran.stdout + ran.stderr
    assert set(ran.outcomes.values()) == {"passed"}
    per_language = [variant.rstrip("]").partition("[")[2] for variant in ran.outcomes]
    assert min(per_language.count(language) for language in languages) >= 90
    known = {variant for variant, reason in ran.reasons.items() if reason.startswith("known failure: ")}
    assert known == {variant for variant in KNOWN if variant.endswith(tuple(f"[{language}]" for language in languages))}
    judged = tool("judge", "latest")
    assert judged.code == 0
    assert judged.stdout.count("known failure: ") == len(known)


def test_every_example_gives_up_a_silent_gateway_by_itself(tool: Tool, languages: tuple[str, ...]) -> None:
    """The example's own time-out ends a silence, long before any limit of the runner."""
    ran = tool("run", "--tag", "conformance-slow", "--jobs", "8", *in_languages(languages))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert set(ran.outcomes.values()) == {"passed"}


def test_what_has_to_be_asked_for_is_not_listed_with_the_rest(tool: Tool) -> None:
    """The list shows the examples that a reader looks for, and the tag what they are tried with."""
    assert "conform-" not in tool("list").stdout
    listed = tool("list", "--tag", "conformance").stdout.splitlines()
    assert all(line.startswith("conform-") for line in listed)
    assert len(listed) >= 90
