"""Entries of faults are used up in order of arrival, by requests and by connections."""

from dvara_examples.faults import in_words, parse_faults
from dvara_examples.tap.schedule import Schedule


def schedule(*entries: object) -> Schedule:
    """Return a schedule of these entries."""
    return Schedule([parse_faults(entry) for entry in entries])


def test_requests_take_entries_in_order() -> None:
    """Each request takes one entry, and those beyond the last take none."""
    some = schedule({"cut": {"after_events": 1}}, "none", {"bom": True})
    assert [in_words(some.next_request()) for _ in range(4)] == ["cut after 1 event", "none", "bom", "none"]


def test_a_connection_takes_refusals_alone() -> None:
    """A new connection takes the next entry if that is a refusal, and leaves it to a request otherwise."""
    some = schedule({"refuse": True}, "none", {"refuse": True})
    assert some.refuses(1)
    assert not some.refuses(2)
    assert some.next_request() == ()
    assert some.refuses(3)
    assert not some.refuses(4)


def test_refused_connections_are_told_once() -> None:
    """What was refused is told next to the next exchange, and not again."""
    some = schedule({"refuse": True}, {"refuse": True})
    assert some.refuses(1)
    assert some.refuses(2)
    assert len(some.told()) == 2
    assert some.told() == ()
