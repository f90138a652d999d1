"""Small valid values for tests; everything can be overridden."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import (
    Exchange,
    Output,
    OutputPiece,
    ProcessEnd,
    Request,
    Response,
    RunInfo,
    Transcript,
    WireEvent,
)

Timed = Sequence[tuple[float, str]]


def make_output(written: str | Timed = "") -> Output:
    """Build one pipe's output from a text (one piece at 1.0 s) or from timed pieces."""
    timed = [(1.0, written)] if isinstance(written, str) else written
    pieces = tuple(OutputPiece(at_s, text.encode()) for at_s, text in timed if text)
    return Output(pieces, sum(len(piece.data) for piece in pieces))


def make_exchange(
    text: str | Timed = "Hello world", *, ending: Ending = Ending.DONE, number: int = 1, **more: object
) -> Exchange:
    """Build a streamed exchange whose deltas are *text* (one at 0.5 s) or the timed texts."""
    timed = [(0.5, text)] if isinstance(text, str) else text
    events = tuple(WireEvent(at_s, f'{{"delta":"{delta}"}}', text=delta) for at_s, delta in timed)
    values: dict[str, object] = {
        "number": number,
        "connection": number,
        "started_at_s": 0.1,
        "request": Request("POST", "/v1/chat/completions", (("Accept", "application/json"),), b"{}", 2),
        "ending": ending,
        "ended_at_s": 2.0,
        "response": Response(200, (("Content-Type", "text/event-stream"),), "chunked", b"", 100),
        "events": events,
        "event_count": len(events),
        "text": "".join(delta for _, delta in timed),
        "finish_reason": "stop" if ending is Ending.DONE else None,
        "sentinel": ending is Ending.DONE,
        "streamed": True,
    }
    return Exchange(**{**values, **more})  # type: ignore[arg-type]


def make_transcript(
    *,
    stdout: str | Timed = "",
    stderr: str | Timed = "",
    exchanges: Sequence[Exchange] = (),
    process: ProcessEnd | None = None,
    expect: Mapping[str, object] | None = None,
    variant_id: str = "stream-basic[python]",
) -> Transcript:
    """Build a transcript of a run that ended well, unless told otherwise."""
    example_id, _, language = variant_id.rstrip("]").partition("[")
    return Transcript(
        run=RunInfo(variant_id, example_id, language, f"examples/{language}/x", reproduce=f"dvara-examples run '{variant_id}'"),
        expect=expect or {},
        process=process or ProcessEnd(0, duration_s=2.5, ended_at_s=2.5),
        stdout=make_output(stdout),
        stderr=make_output(stderr),
        exchanges=tuple(exchanges),
    )


def numbered(*exchanges: Exchange) -> tuple[Exchange, ...]:
    """Return *exchanges* numbered from 1."""
    return tuple(replace(exchange, number=index, connection=index) for index, exchange in enumerate(exchanges, 1))
