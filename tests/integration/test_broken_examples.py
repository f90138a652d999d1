"""The proof that a verdict is truthful: each broken example is caught, by the finding that must catch it."""

import json
from pathlib import Path

import pytest
import yaml

from dvara_examples.records.transcript_file import read_transcript
from dvara_examples.session.judge import judge
from tests.integration.conftest import Ran, Tool

pytestmark = pytest.mark.slow

BROKEN = Path(__file__).resolve().parents[1] / "data" / "broken"
CAUGHT_BY: dict[str, str] = yaml.safe_load((BROKEN / "caught-by.yaml").read_text("utf-8"))


@pytest.fixture
def ran(tool: Tool, languages: tuple[str, ...]) -> Ran:
    """Run every broken example once, in every language that is here."""
    chosen = [word for language in languages for word in ("--language", language)]
    return tool("run", "all", *chosen, "--manifest", str(BROKEN / "manifest.yaml"))


@pytest.mark.timeout(400)
def test_every_broken_example_is_caught_by_its_finding(ran: Ran, languages: tuple[str, ...]) -> None:
    """Not one passes, none is an error of the tool, and for each the defect's own finding is among those that failed."""
    assert ran.code == 1, ran.stdout + ran.stderr
    assert set(ran.outcomes.values()) == {"failed"}, ran.outcomes
    assert {variant.partition("[")[0] for variant in ran.outcomes} == set(CAUGHT_BY)
    missed = {}
    for path in ran.run_folder.glob("*.jsonl"):
        transcript = read_transcript(path)
        keys = [finding.key for finding in judge(transcript).failures]
        if CAUGHT_BY[transcript.run.example_id] not in keys:
            missed[transcript.run.variant_id] = keys
    assert missed == {}
    per_language = [variant.rstrip("]").partition("[")[2] for variant in ran.outcomes]
    assert min(per_language.count(language) for language in languages) >= 8


def test_a_report_of_a_failure_tells_what_one_needs_at_night(tool: Tool) -> None:
    """Expected and seen, the end of the wire and of the output, and a command that does it again."""
    ran = tool("run", "exit-0-on-truncation[python]", "--manifest", str(BROKEN / "manifest.yaml"))
    assert ran.code == 1
    for part in ("expected", "seen", "wire", "truncated", "again", "dvara-examples run 'exit-0-on-truncation[python]'", "stored"):
        assert part in ran.stdout, f"{part} is missing in\n{ran.stdout}"
    summary = json.loads((ran.run_folder / "run.json").read_text("utf-8"))
    assert summary["finished"] is True
