"""Work that nobody waits for."""

import threading

from dvara_examples.core.later import Later

LIMIT_S = 30


def test_each_piece_is_done_once() -> None:
    """Of several with one name the first is done, and they are done in turn."""
    done: list[str] = []
    all_done = threading.Event()
    with Later() as later:
        later.do("a", lambda _: done.append("a"))
        later.do("a", lambda _: done.append("a again"))
        later.do("b", lambda _: done.append("b"))
        later.do("c", lambda _: all_done.set())
        assert all_done.wait(LIMIT_S)
    assert done == ["a", "b"]


def test_the_end_is_told_to_what_is_under_way() -> None:
    """At the end of the block the work is told to end, and what waits is not begun."""
    begun, ended = threading.Event(), list[bool]()
    begun_too: list[str] = []

    def work(stop: threading.Event) -> None:
        begun.set()
        ended.append(stop.wait(LIMIT_S))

    with Later() as later:
        later.do("long", work)
        later.do("next", lambda _: begun_too.append("next"))
        assert begun.wait(LIMIT_S)
    assert (ended, begun_too) == ([True], [])
    later.do("late", lambda _: begun_too.append("late"))
    assert begun_too == []


def test_nothing_to_do() -> None:
    """Without work no thread is started."""
    before = threading.active_count()
    with Later():
        assert threading.active_count() == before
