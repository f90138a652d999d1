import json
from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dvara_examples.core.errors import TranscriptError
from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import (
    Exchange,
    FaultNote,
    Leak,
    Output,
    OutputPiece,
    ProcessEnd,
    Request,
    Response,
    RunInfo,
    Transcript,
    WireEvent,
    WirePiece,
)
from dvara_examples.records.transcript_file import read_transcript, write_transcript

TEXTS = st.text(st.characters(), max_size=12)  # half surrogate pairs included: JSON lets them in
SECONDS = st.floats(0, 1e6, allow_nan=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def values(hint: object) -> st.SearchStrategy[object]:
    """Return what draws values of the type *hint*; times are finite, and text is whatever Python lets text be."""
    simple: dict[object, st.SearchStrategy[object]] = {str: TEXTS, float: SECONDS, object: PLAIN}
    arguments = get_args(hint)
    if hint in simple:
        return simple[hint]
    if isinstance(hint, type) and is_dataclass(hint):
        return st.builds(hint, **{name: values(inner) for name, inner in get_type_hints(hint).items()})
    if get_origin(hint) is Mapping:
        return st.dictionaries(TEXTS, values(arguments[1]), max_size=3)
    if get_origin(hint) is tuple and arguments[1:] == (...,):
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if get_origin(hint) is tuple:
        return st.tuples(*map(values, arguments))
    if type(None) in arguments:
        (inner,) = (argument for argument in arguments if argument is not type(None))
        return st.none() | values(inner)
    return st.from_type(hint)  # type: ignore[arg-type]


@pytest.fixture
def transcript() -> Transcript:
    """A transcript with something of everything."""
    return Transcript(
        run=RunInfo("stream-basic[node]", "stream-basic", "node", "stream-basic.mjs", ("node", "stream-basic.mjs")),
        expect={"exit": 0, "stdout": {"contains": "Hi"}},
        process=ProcessEnd(0, duration_s=0.9, ended_at_s=0.95, leaks=(Leak("process", "sleep 60", 7),)),
        stdout=Output((OutputPiece(0.3, b"Hi "), OutputPiece(0.6, b"\xff!")), 5),
        stderr=Output((OutputPiece(0.4, b"warning"),), 100, b"end"),
        exchanges=(
            Exchange(
                1,
                1,
                0.1,
                Request("POST", "/v1/chat/completions", (("Content-Type", "application/json"),), b"{}", 2),
                Ending.DONE,
                0.7,
                Response(200),
                0.15,
                (WirePiece(0.2, 9), WirePiece(0.5, 4)),
                (WireEvent(0.2, "{}", text="Hi "), WireEvent(0.5, "{}", text="!")),
                2,
            ),
        ),
        notes=("a connection was refused",),
    )


@pytest.fixture
def stored(tmp_path: Path, transcript: Transcript) -> Path:
    """The file of *transcript*."""
    write_transcript(tmp_path / "run.jsonl", transcript)
    return tmp_path / "run.jsonl"


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(values(Transcript))
def test_what_is_written_is_read_exactly(transcript: Transcript) -> None:
    """Whatever a transcript holds, reading it back gives an equal one."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "run.jsonl"
        write_transcript(path, transcript)
        assert read_transcript(path) == transcript


def test_the_lines_tell_the_run_in_its_order(stored: Path) -> None:
    """Lines of output and wire follow each other as they happened, between the header and the end."""
    lines = [json.loads(line) for line in stored.read_text().splitlines()]
    assert (lines[0]["format"], lines[0]["version"]) == ("dvara-examples/transcript", 1)
    timed = [(line["type"], line.get("at_s", line.get("started_at_s"))) for line in lines[1:-4]]
    assert timed == [
        ("exchange", 0.1),
        ("wire", 0.2),
        ("event", 0.2),
        ("piece", 0.3),
        ("piece", 0.4),
        ("wire", 0.5),
        ("event", 0.5),
        ("piece", 0.6),
    ]
    assert [line["type"] for line in lines[-4:]] == ["output", "output", "process", "end"]


def test_bytes_are_readable_where_they_are_text(stored: Path) -> None:
    """Output that is UTF-8 stands in the file as text, other bytes as base64 under a key that says so."""
    content = stored.read_text()
    assert '"data":"Hi "' in content
    assert '"data_base64":"/yE="' in content


def test_a_new_file_takes_the_place_of_the_old_one(stored: Path, transcript: Transcript) -> None:
    """Writing again replaces the file and leaves no part of one next to it."""
    write_transcript(stored, replace(transcript, process=ProcessEnd(1)))
    assert read_transcript(stored).process == ProcessEnd(1)
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]


def test_what_cannot_be_written_leaves_the_old_file(stored: Path, transcript: Transcript) -> None:
    """A transcript that fails half-way leaves the earlier file as it was and nothing next to it."""
    with pytest.raises(TypeError):
        write_transcript(stored, replace(transcript, expect={"exit": {1, 2}}))
    with pytest.raises(ValueError, match="JSON"):
        write_transcript(stored, replace(transcript, process=ProcessEnd(0, duration_s=float("nan"))))
    assert read_transcript(stored) == transcript
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]


def test_a_file_of_before_known_failures_is_read(stored: Path, transcript: Transcript) -> None:
    """A first line that does not speak of a known failure is that of a run without one."""
    first, rest = stored.read_text("utf-8").split("\n", 1)
    header = json.loads(first)
    header.pop("known_failure")
    stored.write_text(json.dumps(header) + "\n" + rest, "utf-8")
    assert read_transcript(stored) == replace(transcript, known_failure=None)


def test_a_file_of_before_notes_is_read(stored: Path, transcript: Transcript) -> None:
    """A first line that has no notes is that of a run without any."""
    first, rest = stored.read_text("utf-8").split("\n", 1)
    header = json.loads(first)
    header.pop("notes")
    stored.write_text(json.dumps(header) + "\n" + rest, "utf-8")
    assert read_transcript(stored) == replace(transcript, notes=())


def test_a_file_of_before_faults_and_lateness_is_read(stored: Path, transcript: Transcript) -> None:
    """What faults did is taken from the notes there, and the hint from the error; when the machine was late, nobody knows."""
    first, *others = transcript.exchanges
    notes = ("fault: cut after 3 events: the response never came to it", "close-delimited body")
    old = replace(first, notes=notes, response=None, error="the proxy wants a password (407); check it")
    write_transcript(stored, replace(transcript, exchanges=(old, *others), faults=("cut after 3 events",)))
    lines = []
    for line in map(json.loads, stored.read_text("utf-8").splitlines()):
        newer = ("late", "faults", "hint") if line.get("type") in (None, "exchange") else ()
        kept = {key: value for key, value in line.items() if key not in newer}
        lines.append(json.dumps(kept, separators=(",", ":")))
    stored.write_text("\n".join([*lines, ""]), "utf-8")
    found = read_transcript(stored)
    exchange = found.exchanges[0]
    assert (found.late, found.faults, exchange.notes) == ((), notes[:1], notes[1:])
    assert (exchange.error, exchange.hint) == ("the proxy wants a password (407)", "check it")
    assert exchange.remarks == ("the proxy wants a password (407); check it", "close-delimited body", notes[0])


def test_what_faults_did_and_what_helps_come_back_as_they_were(stored: Path, transcript: Transcript) -> None:
    """Both are fields, so that a note and an error may read like them."""
    notes, faults = ("fault: so begins a note",), (FaultNote("cut after 3 events", "the response never came to it"),)
    told = replace(transcript.exchanges[0], notes=notes, faults=faults, response=None, error="one; two", hint="check it")
    whole = replace(transcript, exchanges=(told,))
    write_transcript(stored, whole)
    assert read_transcript(stored) == whole


def test_a_large_transcript_is_read_whole(tmp_path: Path, transcript: Transcript) -> None:
    """Four megabytes in ten thousand pieces, and as many events, come back as they were."""
    pieces = tuple(OutputPiece(n / 1000, b"%04d" % n * 100) for n in range(10_000))
    events = tuple(WireEvent(n / 1000, "{}", text="x") for n in range(10_000))
    large = replace(
        transcript,
        stdout=Output(pieces, 4_000_000),
        exchanges=(replace(transcript.exchanges[0], events=events),),
    )
    write_transcript(tmp_path / "large.jsonl", large)
    assert read_transcript(tmp_path / "large.jsonl") == large


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A file that is not there is told in a sentence with its name."""
    with pytest.raises(TranscriptError, match=r"cannot read the transcript .*gone\.jsonl: No such file"):
        read_transcript(tmp_path / "gone.jsonl")


def test_a_file_that_was_cut_off_anywhere_is_told(stored: Path) -> None:
    """A file that lacks its last bytes, however many, is refused."""
    content = stored.read_bytes()
    for size in range(len(content)):
        stored.write_bytes(content[:size])
        with pytest.raises(TranscriptError, match=r"cut off after line|line 1 of the transcript"):
            read_transcript(stored)


@pytest.mark.parametrize(
    ("number", "line", "says"),
    [
        (1, '{"format":"other","version":1}', "line 1 .*expected the format 'dvara-examples/transcript', found the text 'other'"),
        (
            1,
            '{"format":"dvara-examples/transcript","version":2}',
            "expected version 1, found the number 2; run the example again",
        ),
        (1, '{"format":"dvara-examples/transcript","version":1}', "line 1 .* wrong at run: expected a value, found none"),
        (1, "", "line 1 .*expected one JSON object, found"),
        (2, "{", "line 2 .*expected one JSON object, found"),
        (2, "[" * 100_000, "line 2 .*expected one JSON object, found"),
        (2, "[]", "line 2 .*expected a mapping, found"),
        (2, "{}", "line 2 .*expected piece, exchange, .* as its type, found nothing"),
        (3, '{"type":"piece","pipe":"stdin","at_s":0.1,"data":""}', "line 3 .*expected stdout or stderr, found 'stdin'"),
        (3, '{"type":"piece","pipe":"stdout","at_s":"0.1","data":""}', "line 3 .* at at_s: expected a number, found"),
        (3, '{"type":"piece","pipe":"stdout","at_s":NaN,"data":""}', "line 3 .* at at_s: expected a number, found"),
        (
            3,
            '{"type":"piece","pipe":"stdout","at_s":0.1,"date":""}',
            "line 3 .* at date: expected .*, found 'date'; did you mean 'data'",
        ),
        (3, '{"type":"wire","exchange":0,"at_s":0.1,"size_bytes":1}', "line 3 .*the number 0"),
        (3, '{"type":"wire","exchange":9,"at_s":0.1,"size_bytes":1}', "parts of exchange 9, which is not in it"),
        (-3, '{"type":"piece","pipe":"stdout","at_s":0.9,"data":""}', "lacks the line of the process or of a pipe"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(stored: Path, number: int, line: str, says: str) -> None:
    """A line that is no line of a transcript is refused with its number, what was found and what is accepted."""
    lines = stored.read_text().split("\n")
    lines[number - 1 if number > 0 else number] = line
    stored.write_text("\n".join(lines))
    with pytest.raises(TranscriptError, match=says):
        read_transcript(stored)
