"""What the plain loops of the official SDKs make of failures and of streams that just stop, each where it cannot do right."""

import pytest

from tests.endings_page import NAIVE
from tests.integration.conftest import Tool
from tests.integration.test_conformance import in_languages

pytestmark = pytest.mark.slow

RIGHT = {"messages-loop-and-a-failure"}
"""Where all three languages tell the failure."""


@pytest.mark.timeout(300)
def test_what_a_library_cannot_do_right_is_known_and_nothing_else(tool: Tool, languages: tuple[str, ...]) -> None:
    """OpenAI's loops end normally on every failure, and Anthropic's do so where the last word is missing alone."""
    manifest = str(NAIVE / "manifest.yaml")
    ran = tool("run", "all", "--manifest", manifest, "--jobs", "2", *in_languages(languages), timeout_s=280)
    assert ran.code == 0, ran.stdout + ran.stderr
    assert set(ran.outcomes.values()) == {"passed"}
    assert len(ran.outcomes) == 5 * len(languages)
    known = {variant for variant, reason in ran.reasons.items() if reason.startswith("known failure: ")}
    assert known == {variant for variant in ran.outcomes if variant.partition("[")[0] not in RIGHT}
