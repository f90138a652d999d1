"""One client library per language on every kind of stream; the others run on a schedule."""

import pytest

from tests.integration.conftest import REPOSITORY, Tool

pytestmark = pytest.mark.slow

MANIFEST = REPOSITORY / "examples" / "integrations" / "manifest.yaml"
ONE_EACH = {"python": "openai-python", "node": "ai-sdk", "java": "langchain4j"}
"""Clients whose packages are small, or cached for other tests."""


@pytest.mark.timeout(620)
def test_one_client_per_language_never_passes_a_cut_answer_off_as_whole(tool: Tool, languages: tuple[str, ...]) -> None:
    """Their examples hold on all streams: whole answers are green, and everything else is reported."""
    chosen = " | ".join(f"tag({ONE_EACH[language]})" for language in languages)
    only = f"tag(clients-examples) & ({chosen})"
    ran = tool("run", "--manifest", str(MANIFEST), "-E", only, "--jobs", "4", timeout_s=600)
    assert ran.code == 0, ran.stdout + ran.stderr
    assert len(ran.outcomes) == 19 * len(languages)
    assert set(ran.outcomes.values()) == {"passed"}
