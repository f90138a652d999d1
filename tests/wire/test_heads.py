"""Single headers of a head, rewritten; and every other byte as it was."""

import pytest

from dvara_examples.wire.heads import with_header, without_header

HEAD = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nX-Folded: a\r\n b\r\nx-a:2\r\nX-AB: 3\r\n\r\n"


@pytest.mark.parametrize("name", ["X-A", "x-a"])
def test_every_line_of_a_header_goes(name: str) -> None:
    """Its name may be spelt otherwise; a header whose name only begins so stays."""
    assert without_header(HEAD, name) == b"HTTP/1.1 200 OK\r\nX-Folded: a\r\n b\r\nX-AB: 3\r\n\r\n"


def test_a_folded_header_goes_whole() -> None:
    """The lines that go on with its value belong to it."""
    assert without_header(HEAD, "X-Folded") == b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a:2\r\nX-AB: 3\r\n\r\n"


@pytest.mark.parametrize("name", ["X.A", "HTTP/1.1 200 OK", "X-None"])
def test_what_is_no_header_of_it_changes_nothing(name: str) -> None:
    """Neither the status line nor a name with marks of a pattern is taken for a header."""
    assert without_header(HEAD, name) == HEAD


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_header_is_set(end: bytes) -> None:
    """There is one line of it afterwards, the last one, also in a head whose lines end in a bare LF."""
    head = b"HTTP/1.1 200 OK" + end + b"X-A: 1" + end + b"X-B: 2" + end + end
    assert with_header(head, "x-a", "9") == b"HTTP/1.1 200 OK" + end + b"X-B: 2" + end + b"x-a: 9\r\n\r\n"
