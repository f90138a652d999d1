import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.process import ProcessResult
from dvara_examples.process.output import TAIL_BYTES, OutputKeeper
from dvara_examples.process.table import ProcTable
from dvara_examples.records.transcript import Output, OutputPiece

Run = Callable[..., ProcessResult]
KIB = 1024


def pattern(start: int, size: int) -> bytes:
    """Return what ``write_much.py`` writes from the offset *start* on."""
    shift = start % 251
    return (bytes(range(251)) * (size // 251 + 2))[shift : shift + size]


def keep(sizes: list[int], *, kept_bytes: int, most_pieces: int = 20_000) -> Output:
    """Return what is kept of pieces of the given sizes, a second apart, that continue the pattern."""
    keeper, done = OutputKeeper(kept_bytes, most_pieces), 0
    for number, size in enumerate(sizes):
        keeper.add(OutputPiece(float(number), pattern(done, size)))
        done += size
    return keeper.output()


@given(st.lists(st.integers(1, 40 * KIB), max_size=30), st.integers(64 * KIB, 400 * KIB), st.integers(1, 12))
def test_whatever_the_sizes_no_byte_is_lost_within_the_bound(sizes: list[int], kept_bytes: int, most_pieces: int) -> None:
    """What is kept is the true start and the true end, whole wherever it fits, within the bounds in bytes and pieces."""
    total = sum(sizes)
    output = keep(sizes, kept_bytes=kept_bytes, most_pieces=most_pieces)

    assert output.size_bytes == total
    assert output.head == pattern(0, len(output.head))
    assert output.tail == pattern(total - len(output.tail), len(output.tail))
    assert output.complete == (total <= kept_bytes)
    assert len(output.head) + len(output.tail) == min(total, kept_bytes)
    assert len(output.pieces) <= most_pieces


def test_an_output_that_fits_keeps_every_piece_and_its_time() -> None:
    """Pieces of an output that is kept whole are the pieces that came, unless one lies across the end of the head."""
    assert keep([10, 20, 30], kept_bytes=TAIL_BYTES + 30).pieces == (
        OutputPiece(0.0, pattern(0, 10)),
        OutputPiece(1.0, pattern(10, 20)),
        OutputPiece(2.0, pattern(30, 30)),
    )


def test_too_many_pieces_join_the_last_one() -> None:
    """Past the largest number of pieces, bytes join the last piece, which keeps the time of its first byte."""
    output = keep([1] * 100, kept_bytes=1_000_000, most_pieces=10)
    assert [piece.at_s for piece in output.pieces] == [float(n) for n in range(10)]
    assert output.pieces[-1].data == pattern(9, 91)
    assert output.complete


def test_a_gigabyte_is_counted_and_its_ends_are_kept(run: Run) -> None:
    """A gigabyte of output is counted to the byte, its first and last bytes are right, and memory stays small."""
    total, kept = 1_000_000_000, 4 * 1024 * KIB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    result = run("write_much.py", str(total), str(1024 * KIB))

    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * (1 if sys.platform == "darwin" else KIB)
    assert result.end.exit_code == 0
    assert result.stdout.size_bytes == total
    assert result.stdout.head == pattern(0, kept - TAIL_BYTES)
    assert result.stdout.tail == pattern(total - TAIL_BYTES, TAIL_BYTES)
    assert grown < 64 * 1024 * KIB


def test_one_line_of_a_hundred_megabytes_is_one_output_like_any_other(run: Run) -> None:
    """A line without an end is neither waited for nor held in memory."""
    result = run("sh", "-c", "head -c 100000000 /dev/zero | tr '\\0' x")
    assert result.stdout.size_bytes == 100_000_000
    assert result.stdout.head.strip(b"x") == b""
    assert b"bytes not kept" in result.stdout.text.encode()


@pytest.mark.parametrize("kept_bytes", [128 * KIB, 1024 * KIB])
def test_a_flood_of_single_bytes_arrives_whole(run: Run, kept_bytes: int) -> None:
    """Very many tiny writes, from a process that ends right after them, are all there."""
    result = run("write_much.py", "100000", "1", kept_bytes=kept_bytes)
    assert result.stdout.head == pattern(0, 100_000)
    assert result.stdout.complete


def test_both_pipes_may_be_flooded_at_once(run: Run) -> None:
    """A process that fills both pipes at the same time is never blocked by the one that is not being read."""
    result = run("sh", "-c", "head -c 3000000 /dev/zero >&2 & head -c 3000000 /dev/zero; wait")
    assert (result.stdout.size_bytes, result.stderr.size_bytes) == (3_000_000, 3_000_000)


def test_who_holds_a_named_pipe_is_found(tmp_path: Path) -> None:
    """Scripts in containers write into named pipes, whose holders are found like those of others."""
    pipe = tmp_path / "out"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pipe.open("wb", buffering=0) as held, subprocess.Popen(["sleep", "300"], stdout=held) as holder:
            assert holder.pid in ProcTable().holders(os.fstat(reading).st_ino)
            holder.kill()
    finally:
        os.close(reading)
