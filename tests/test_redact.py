"""Secrets do not survive."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.core.redaction import Redactor
from dvara_examples.records.transcript import Output, OutputPiece
from dvara_examples.session.execute import mask_output

SECRET = "gw_0123456789abcdef"


@given(st.binary(max_size=50), st.lists(st.integers(0, 150), max_size=6))
def test_a_secret_split_between_pieces_is_masked(around: bytes, cuts: list[int]) -> None:
    """However the output was cut into pieces, the secret is gone, and sizes and times stay."""
    data = around + SECRET.encode() + around
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = tuple(OutputPiece(float(a), data[a:b]) for a, b in itertools.pairwise(edges))
    masked = mask_output(Output(pieces, len(data)), Redactor.of([SECRET]))
    assert SECRET.encode() not in masked.head
    assert [(p.at_s, len(p.data)) for p in masked.pieces] == [(p.at_s, len(p.data)) for p in pieces]


def test_a_longer_secret_goes_before_one_inside_it() -> None:
    """A secret that begins like another is masked whole."""
    redactor = Redactor.of(["abc", "abcdef", None, ""])
    assert redactor.text("<abcdef> <abc>") == "<******> <***>"


def test_a_redactor_does_not_show_its_secrets() -> None:
    """Printing one, in a debugger or a log, tells nothing."""
    assert SECRET not in repr(Redactor.of([SECRET]))
