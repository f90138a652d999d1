"""What a late machine explains: a measured time that would have been good without it proves nothing."""

from dvara_examples.records.transcript import Transcript


def late_machine(seen: Transcript, from_s: float, to_s: float, excess_s: float) -> str:
    """Say that the machine was late between two moments by at least *excess_s*, or return nothing where it was not."""
    late_s = seen.late_s(from_s, to_s)
    if late_s <= 0 or late_s < excess_s:
        return ""
    return f"cannot tell: the machine was late by {late_s * 1000:.0f} ms between {from_s:.2f} s and {to_s:.2f} s of the run"
