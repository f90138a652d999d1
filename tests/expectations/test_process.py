"""What the process bears witness to: exit, limits, leaks."""

import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.expectations import parse_expectation
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Leak, ProcessEnd
from tests.factories import make_exchange, make_transcript


def holds(key: str, value: object, end: ProcessEnd) -> bool:
    """Parse, check, and return whether it holds."""
    return parse_expectation(key, value).check(make_transcript(process=end)).ok


@pytest.mark.parametrize(
    ("wanted", "end", "ok"),
    [
        (0, ProcessEnd(0), True),
        (0, ProcessEnd(1), False),
        (0, ProcessEnd(None, signal="SIGKILL"), False),
        (3, ProcessEnd(3), True),
        ("nonzero", ProcessEnd(1), True),
        ("nonzero", ProcessEnd(0), False),
        ("nonzero", ProcessEnd(None, signal="SIGSEGV"), False),
        ({"signal": "SIGTERM"}, ProcessEnd(None, signal="SIGTERM"), True),
        ({"signal": "SIGTERM"}, ProcessEnd(143), False),
    ],
)
def test_exit_tells_codes_from_signals(wanted: object, end: ProcessEnd, ok: bool) -> None:
    """An exit code is compared exactly, and a death by signal is neither a code nor `nonzero`."""
    assert holds("exit", wanted, end) is ok


def test_success_on_a_failure_is_explained_to_an_outsider() -> None:
    """Exit 0 where a failure was due is told as a false report of success, but only if the answer was not whole."""
    nonzero = parse_expectation("exit", "nonzero")
    cut = nonzero.check(make_transcript(process=ProcessEnd(0), exchanges=[make_exchange(ending=Ending.TRUNCATED)]))
    assert "reported success although something went wrong: whoever runs it cannot know" in cut.sentence
    assert cut.seen == "exit code 0"
    whole = nonzero.check(make_transcript(process=ProcessEnd(0), exchanges=[make_exchange()]))
    assert whole.sentence == "the example reported success, but a failure is expected"


def test_a_limit_names_its_bound_and_what_stopped_the_run() -> None:
    """A reached limit is told with its seconds and the signal that was needed."""
    end = ProcessEnd(None, signal="SIGKILL", limit="idle", stopped_by="SIGKILL")
    finding = parse_expectation("limit", "none").check(make_transcript(process=end))
    assert not finding.ok
    assert "30 s without a sign of life" in finding.sentence
    assert "SIGKILL" in finding.sentence


def test_a_limit_can_be_what_is_wanted() -> None:
    """A reached limit is an observation that an expectation may want."""
    assert holds("limit", "wall", ProcessEnd(None, signal="SIGTERM", limit="wall"))
    assert not holds("limit", "wall", ProcessEnd(0))


def test_leaks_are_named() -> None:
    """Whatever was left behind stands in the finding."""
    end = ProcessEnd(0, leaks=(Leak("process", "sleep 60", 4711), Leak("pipe", "stdout")))
    finding = parse_expectation("leaks", "none").check(make_transcript(process=end))
    assert not finding.ok
    assert finding.seen == "process sleep 60, pipe stdout"
    assert holds("leaks", "any", end)


def test_a_leak_that_lives_on_is_not_called_stopped() -> None:
    """A process of another user, and whoever holds a pipe, may still run; those that were ended are told to be."""
    gone, living = Leak("process", "sleep 60", 4711), Leak("process", "sudo sleep", 4712, stopped=False)
    unseen = Leak("pipe", "stdout", stopped=False)
    told = [
        parse_expectation("leaks", "none").check(make_transcript(process=ProcessEnd(0, leaks=leaks))).sentence
        for leaks in ((gone,), (gone, living), (unseen,))
    ]
    assert told[0].endswith("which was then stopped")
    assert told[1].endswith("of which pid 4712 could not be stopped and may still run")
    assert told[2].endswith("of which a process that cannot be seen could not be stopped and may still run")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("exit", True, "found the boolean true"),
        ("exit", 256, "found the number 256"),
        ("exit", {"signal": "TERM"}, "expected a name such as SIGTERM, found 'TERM'"),
        ("exit", {"sginal": "SIGTERM"}, "did you mean 'signal'?"),
        ("limit", "idel", "did you mean 'idle'?"),
        ("leaks", 0, "found the number 0"),
    ],
)
def test_a_wrong_value_says_what_was_found_and_what_is_accepted(key: str, value: object, message: str) -> None:
    """Every refusal names the found value, and its path starts with the expectation's key."""
    with pytest.raises(InvalidValue, match=r"^expected .*, found ") as refused:
        parse_expectation(key, value)
    assert message in str(refused.value)
    assert refused.value.path[0] == key
