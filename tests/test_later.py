"""Work that can wait."""

from dvara_examples.core.later import Later


def test_each_piece_is_done_once_when_it_is_asked_for() -> None:
    """Of several with one name the first is done, in order, and what a piece adds is done too."""
    later, done = Later(), list[str]()

    def first() -> None:
        done.append("a")
        later.do("c", lambda: done.append("c"))

    later.do("a", first)
    later.do("a", lambda: done.append("a again"))
    later.do("b", lambda: done.append("b"))
    assert done == []
    later.finish()
    later.finish()
    assert done == ["a", "b", "c"]
