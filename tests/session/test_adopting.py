"""What ``init --run`` makes of the first run of a script: never a false green, and a second try where it only loaded."""

from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.manifest import Origin, Variant
from dvara_examples.manifest.model import ScriptSetting
from dvara_examples.records.model import Ending, Limits, ReadySign
from dvara_examples.records.results import RunResult
from dvara_examples.records.transcript import ProcessEnd, Reply, Served, Transcript
from dvara_examples.records.verdict import Outcome, Verdict
from dvara_examples.scaffold.adopt.groups import Draft
from dvara_examples.scaffold.adopt.script import Surveyed
from dvara_examples.scaffold.adopt.servers import Server
from dvara_examples.scaffold.adopt.text import draft_lines
from dvara_examples.session.adopting import still_loads, with_more_time, with_what_was_seen
from tests.factories import make_exchange, make_transcript

NOT_YET = Served(None, "did not listen at port 8000 within 20 s")
GUESSED = {"requests": {"min": 1}}
LOADING = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    import big\nKeyboardInterrupt\n'


def server_end(served: Served) -> ProcessEnd:
    """Return how a server ended that was stopped."""
    return ProcessEnd(None, "SIGINT", stopped_by="SIGINT", duration_s=1.0, ended_at_s=1.0, served=served)


def drafted(seen: Transcript, *, serves: bool = False) -> Draft:
    """Return what becomes of a script of which *seen* was seen."""
    server = Server(8000, ("/chat",)) if serves else None
    draft = Draft("ask", "Ask", (), {"python": Surveyed(Path("/r/ask.py"), "ask.py", "python", server=server)}, expect=GUESSED)
    (made,) = with_what_was_seen([draft], {"ask[python]": RunResult("ask[python]", "python", Verdict(Outcome.PASSED), seen)})
    return made


@pytest.mark.parametrize(
    ("seen", "comment"),
    [
        (make_transcript(stdout="done"), "ask.py: sent no request"),
        (
            make_transcript(exchanges=[make_exchange(ending=Ending.TRUNCATED)], stdout="Hello world"),
            "ask.py: request 1 to /v1/chat/completions ended as truncated (200), and it exited with 0 all the same",
        ),
        (make_transcript(exchanges=[make_exchange()], process=ProcessEnd(3)), "ask.py: ended with 3"),
        (
            make_transcript(exchanges=[make_exchange()], process=ProcessEnd(None, "SIGINT", "wall")),
            "ask.py: had to be ended at its wall limit",
        ),
        (
            make_transcript(process=server_end(Served(None, "did not listen at port 8000 within 30 s"))),
            "ask.py: could not be asked: it did not listen at port 8000 within 30 s",
        ),
        (
            make_transcript(exchanges=[make_exchange()], process=server_end(Served(0.1, "", (Reply("POST /chat", 422),)))),
            "ask.py: answered POST /chat with 422",
        ),
        (
            make_transcript(
                exchanges=[make_exchange(ending=Ending.TRUNCATED)],
                process=server_end(Served(0.1, "", (Reply("POST /chat", 200),))),
            ),
            "ask.py: request 1 to /v1/chat/completions ended as truncated (200), and it went on all the same",
        ),
        (make_transcript(process=server_end(Served(0.1, "", (Reply("GET /", 200),)))), "ask.py: sent no request"),
    ],
)
def test_what_went_wrong_is_told_and_not_expected(seen: Transcript, comment: str) -> None:
    """Success on the outside is not enough: what was guessed stays, and a comment says what happened."""
    made = drafted(seen, serves=seen.process.served is not None)
    assert (dict(made.expect), made.guesses) == (GUESSED, (comment,))


def test_a_server_is_held_to_what_it_asked() -> None:
    """How it ended when it was stopped is not expected."""
    seen = make_transcript(
        exchanges=[make_exchange()], stderr="KeyboardInterrupt", process=server_end(Served(0.1, "", (Reply("GET /chat", 200),)))
    )
    assert {key: drafted(seen, serves=True).expect.get(key) for key in ("exit", "ends", "requests")} == {
        "exit": None,
        "ends": "done",
        "requests": 1,
    }


@pytest.mark.parametrize(
    ("seen", "again"),
    [
        (make_transcript(stderr=LOADING, process=ProcessEnd(None, "SIGINT", "idle")), True),
        (make_transcript(stdout="Ready.", process=ProcessEnd(None, "SIGINT", "idle")), False),
        (make_transcript(exchanges=[make_exchange()], process=ProcessEnd(None, "SIGINT", "idle")), False),
        (make_transcript(process=ProcessEnd(0)), False),
        (make_transcript(stdout="starting", process=server_end(NOT_YET)), True),
        (make_transcript(process=replace(server_end(NOT_YET), stopped_by=None, exit_code=1)), False),
        (make_transcript(process=server_end(Served(0.1, "", (Reply("GET /", 200),)))), False),
    ],
)
def test_only_what_had_not_begun_is_tried_again(seen: Transcript, again: bool) -> None:
    """A script that printed or asked something had loaded its libraries."""
    assert still_loads(RunResult("ask[python]", "python", Verdict(Outcome.FAILED), seen)) is again


def test_a_slow_server_is_given_time_to_start(tmp_path: Path) -> None:
    """The limits of the second try, and what is written of a server that took long, hold for its start too."""
    origin = Origin("m.yaml", 1, 1)
    around = ScriptSetting(ready=ReadySign(8000))
    variant = Variant("ask", "python", tmp_path, "ask.py", (), {}, Limits(60, 30), {}, None, None, origin, surroundings=around)
    tried = with_more_time(variant)
    assert (tried.limits, tried.surroundings.ready) == (Limits(300, 150), ReadySign(8000, within_s=100))
    seen = make_transcript(exchanges=[make_exchange()], process=server_end(Served(18.0, "", (Reply("GET /", 200),))))
    made = drafted(replace(seen, process=replace(seen.process, duration_s=20.0)), serves=True)
    assert "      ready: {port: 8000, within_s: 60}" in draft_lines([made], Path("/r"))
