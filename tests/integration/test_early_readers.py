"""C01: clients that stop reading before the answer is over."""

from pathlib import Path

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript_file import read_transcript
from tests.integration.conftest import Tool

EARLY = Path(__file__).resolve().parents[1] / "data" / "early"


@pytest.mark.slow
def test_a_reader_who_has_enough_is_seen_to_leave_at_once(tool: Tool, languages: tuple[str, ...]) -> None:
    """A client that leaves the loop hangs up before it goes on with other things, and the gateway need not say more."""
    chosen = [word for language in languages for word in ("--language", language)]
    ran = tool("run", "all", *chosen, "--manifest", str(EARLY / "manifest.yaml"))
    assert ran.code == 0, ran.stdout + ran.stderr
    assert ran.outcomes == {f"stop-early[{language}]": "passed" for language in languages}
    for language in languages:
        (exchange,) = read_transcript(ran.run_folder / f"stop-early.{language}.jsonl").exchanges
        assert exchange.ending is Ending.CLIENT_CLOSED
        assert exchange.finish_reason is None
