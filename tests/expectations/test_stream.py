"""What stream and output bear witness to together: reason, content and time."""

from dataclasses import replace

import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.expectations import parse_expectation
from dvara_examples.protocols import FINISH_REASONS
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, Response, Transcript
from dvara_examples.records.verdict import Finding
from tests.factories import Timed, make_exchange, make_transcript, numbered

TEXT = "Streams arrive word by word, and a reader sees them grow."


def printed(stdout: str, *texts: str) -> Finding:
    """Check what was printed of one exchange per text; all but the last were cut."""
    exchanges = [make_exchange(text, ending=Ending.TRUNCATED) for text in texts[:-1]] + [make_exchange(texts[-1])]
    return parse_expectation("prints_the_stream", True).check(make_transcript(stdout=stdout, exchanges=numbered(*exchanges)))


@pytest.mark.parametrize("stdout", [TEXT, TEXT + "\n", f"1. Basic\n{TEXT}\n\n[answer cut off: length]\n"])
def test_the_text_once_and_whole_holds(stdout: str) -> None:
    """Headings and notices around the text do not matter."""
    assert printed(stdout, TEXT).ok


@pytest.mark.parametrize(
    ("stdout", "told"),
    [
        ("", "none of it was printed"),
        (TEXT.replace(" by word", ""), "lost or doubled"),
        (TEXT.replace("word by", "word by word by"), "lost or doubled"),
        (TEXT[:-1], "lost or doubled"),
        (TEXT + TEXT, "printed more than once"),
        (f"{TEXT}\n{TEXT}\n", "printed more than once"),
        ("Streams " + TEXT, "first or the last piece"),
        ("Answer:\nStreams arrive " + TEXT, "first or the last piece"),
        (TEXT + " grow.\n", "first or the last piece"),
        (TEXT + "grow.\n[done]\n", "first or the last piece"),
    ],
)
def test_lost_and_doubled_text_is_caught(stdout: str, told: str) -> None:
    """A lost delta, a doubled one, a missing end and a second copy each fail, and the sentence says which."""
    finding = printed(stdout, TEXT)
    assert not finding.ok
    assert told in finding.sentence


def test_the_place_where_text_is_lost_is_told() -> None:
    """The finding quotes both sides of the point where wire and stdout part."""
    finding = printed(TEXT.replace("word, ", ""), TEXT)
    assert "the wire goes on with 'word, and" in finding.sentence
    assert "stdout with 'and a reader" in finding.sentence


def test_a_visible_restart_holds() -> None:
    """After a cut the answer may come again when a line of the example's own announces it."""
    assert printed(f"{TEXT[:20]}\n[connection lost, the answer starts again]\n{TEXT}\n", TEXT[:20], TEXT).ok


@pytest.mark.parametrize("between", ["", "\n", " ", "...again: "])
def test_an_invisible_restart_is_doubled_text(between: str) -> None:
    """Text that goes on behind a cut one without a line in between is doubled text."""
    finding = printed(f"{TEXT[:20]}{between}{TEXT}\n", TEXT[:20], TEXT)
    assert not finding.ok
    assert "doubled" in finding.sentence


def test_text_of_a_cut_attempt_must_be_printed_too() -> None:
    """What came before a cut reached the example and belongs on stdout."""
    assert not printed(f"[starts again]\n{TEXT}\n", "Something else entirely", TEXT).ok


def test_nothing_on_the_wire_cannot_be_printed() -> None:
    """Without any text on the wire the expectation fails instead of holding emptily."""
    seen = make_transcript(stdout="made up", exchanges=[make_exchange("")])
    assert not parse_expectation("prints_the_stream", True).check(seen).ok


def test_white_space_alone_is_not_an_answer() -> None:
    """An answer of nothing to read stands on any stdout, and does not hold emptily."""
    seen = make_transcript(stdout="something else\n", exchanges=[make_exchange("\n")])
    assert "no text on the wire" in parse_expectation("prints_the_stream", True).check(seen).seen


@pytest.mark.parametrize("stdout", ['"' + '"So it goes," he said.' + '"\n', 'S: "So it goes," he said.\nhe said more\n'])
def test_what_stands_around_an_answer_may_look_like_it(stdout: str) -> None:
    """Quotes around an answer that begins with one, and words on other lines, are not doubled text."""
    assert printed(stdout, '"So it goes," he said.').ok


def test_what_was_not_kept_whole_is_not_called_printed() -> None:
    """Where output or answer were cut in keeping, the finding says that it cannot tell, and fails."""
    seen = make_transcript(stdout=TEXT, exchanges=[make_exchange(TEXT, text_complete=False)])
    finding = parse_expectation("prints_the_stream", True).check(seen)
    assert not finding.ok
    assert "too long to be compared" in finding.sentence


WIRE: Timed = [(0.2 * i, f"word{i} ") for i in range(1, 11)]


def progressive(stdout: Timed, wire: Timed = WIRE) -> Finding:
    """Check timed stdout against a timed wire."""
    seen: Transcript = make_transcript(stdout=stdout, exchanges=[make_exchange(wire, started_at_s=0.0)])
    return parse_expectation("progressive", True).check(seen)


def test_pieces_that_follow_the_wire_are_progressive() -> None:
    """Each piece on stdout 10 ms after it came holds."""
    assert progressive([(at_s + 0.01, text) for at_s, text in WIRE]).ok


def test_one_burst_at_the_end_is_not_progressive() -> None:
    """All text in one piece after the last event fails, and says what the reader sees."""
    finding = progressive([(2.1, "".join(text for _, text in WIRE))])
    assert not finding.ok
    assert "one burst at the end" in finding.sentence
    assert finding.seen.startswith("0% of it on stdout")


def test_a_heading_alone_is_not_the_stream() -> None:
    """What was printed before the request does not count as progress."""
    assert not progressive([(-0.5, "x" * 500), (2.1, "".join(text for _, text in WIRE))]).ok


def test_signs_of_waiting_are_not_the_stream() -> None:
    """What was printed between the request and the first piece does not count as progress either."""
    waiting = [(0.01 * i, "." * 50) for i in range(1, 15)]
    assert not progressive([*waiting, (2.1, "".join(text for _, text in WIRE))]).ok


def test_a_stream_that_came_at_once_shows_nothing() -> None:
    """Where the wire itself came in one burst there is nothing to be progressive about, and the finding says so."""
    wire = [(1.0 + i / 1000, f"word{i} ") for i in range(10)]
    finding = progressive([(1.5, "all")], wire)
    assert finding.ok
    assert "too close together to tell" in finding.seen


def test_finish_reason_is_that_of_the_last_answer() -> None:
    """A cut attempt before the last answer does not matter."""
    cut, whole = numbered(make_exchange(ending=Ending.TRUNCATED), make_exchange())
    seen = make_transcript(exchanges=[cut, whole])
    assert parse_expectation("finish_reason", "stop").check(seen).ok
    assert not parse_expectation("finish_reason", "length").check(seen).ok
    assert parse_expectation("finish_reason", "none").check(replace(seen, exchanges=(cut,))).ok
    assert not parse_expectation("finish_reason", "none").check(make_transcript()).ok


@pytest.mark.parametrize(
    ("exchange", "told"),
    [
        (make_exchange(ending=Ending.TRUNCATED), "came without a finish_reason: it is incomplete"),
        (make_exchange("", ending=Ending.NO_RESPONSE, response=None), "no response came"),
        (make_exchange("", ending=Ending.HTTP_ERROR, response=Response(503)), "refused with status 503"),
    ],
)
def test_a_missing_finish_reason_is_explained_by_what_came_instead(exchange: Exchange, told: str) -> None:
    """An answer that was cut off, a refusal and silence are told apart."""
    finding = parse_expectation("finish_reason", "stop").check(make_transcript(exchanges=[exchange]))
    assert told in finding.sentence


@pytest.mark.parametrize("key", ["progressive", "prints_the_stream"])
def test_only_true_is_accepted(key: str) -> None:
    """`false` would be an expectation that cannot be meant."""
    with pytest.raises(InvalidValue, match="expected true, found the boolean false"):
        parse_expectation(key, False)


@pytest.mark.parametrize("word", ["lenght", "stopp", "Stop", "tool_call", "content-filter", "None"])
def test_a_misspelt_finish_reason_is_refused(word: str) -> None:
    """An expectation that no gateway can meet is a mistake in the manifest, and no finding about an example."""
    with pytest.raises(InvalidValue) as caught:
        parse_expectation("finish_reason", word)
    assert "did you mean" in str(caught.value)


@pytest.mark.parametrize("word", [*sorted(FINISH_REASONS), "none", "abort", "error", "end_turn", "MAX_TOKENS", "eos"])
def test_a_finish_reason_of_its_own_is_accepted(word: str) -> None:
    """Gateways have words that no list knows."""
    assert parse_expectation("finish_reason", word)
