"""Every fault that is found fulfils the contract of its package."""

import dataclasses

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dvara_examples.core.values import InvalidValue
from dvara_examples.faults import REWRITING, Turn, fault_keys, fault_module, in_words, parse_faults
from dvara_examples.tap.response_parts import ResponseReader
from dvara_examples.wire.parts import Items, Note, NothingYet
from dvara_examples.wire.reframing import whole_events
from tests.tap.scripted import DONE, LAST_CHUNK, SSE_HEAD, chunk, delta

SAMPLES: dict[str, list[object]] = {
    "bom": [True],
    "close_early": [True],
    "comments": ["between", ["before", "after"]],
    "cut": [{"after_events": 3}, {"before_head": True}],
    "data_lines": [2, 40],
    "data_space": ["add", "drop"],
    "delay": [{"head_s": 0.5}, {"event_s": 0.1, "head_s": 1}],
    "drop_done": [True],
    "drop_finish": [True],
    "drop_last_blank_line": [True],
    "drop_last_newline": [True],
    "fields": [{"each": {"id": "7", "event": "message"}}, {"alone": {"retry": "3000"}, "each": {"x-new": ""}}],
    "framing": ["close", "http_1_0", "trailers"],
    "gzip": [True],
    "headers": [{"set": {"Content-Type": "Text/Event-Stream; charset=UTF-8"}}, {"drop": ["X-Trace-ID"], "set": {"X": ""}}],
    "keep_open": [True],
    "line_ends": ["crlf", "cr"],
    "malform": [{"event": 1}, {"event": 2, "into": "text"}],
    "refuse": [True],
    "replace": [{"body": ""}, {"status": 502, "content_type": "application/json", "body": "{}"}],
    "reset": [{"after_bytes": 120}, {"mid_event": 2}],
    "slice": [{"bytes": 1}, {"events": 2, "pause_s": 0.1}],
    "stall": [{"after_finish": True}, {"after_done": True, "for_s": 2}],
    "throttle": [{"bytes_per_s": 2000}],
}
ALL = [
    pytest.param(key, sample, id=f"{key}-{number}") for key, samples in SAMPLES.items() for number, sample in enumerate(samples)
]
STREAM = SSE_HEAD + chunk(delta("Hi")) + chunk(delta(finish="stop") + DONE) + LAST_CHUNK


def test_every_fault_has_samples() -> None:
    """A new fault is not forgotten here."""
    assert set(SAMPLES) == set(fault_keys())


@pytest.mark.parametrize(("key", "sample"), ALL)
def test_the_module_keeps_the_contract(key: str, sample: object) -> None:
    """Its value is frozen, carries the file's name as key, has a turn, and says in words what it is."""
    (fault,) = parse_faults({key: sample})
    assert fault.key == key
    assert isinstance(fault.turn, Turn)
    assert str(fault).startswith(key)
    assert dataclasses.is_dataclass(fault)
    assert (fault,) == parse_faults({key: sample})
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
        fault.key = "other"


@pytest.mark.parametrize(("key", "sample"), ALL)
def test_the_schema_takes_the_samples(key: str, sample: object) -> None:
    """What the parser accepts is what editors accept."""
    assert jsonschema.Draft202012Validator(fault_module(key).VALUE.schema).is_valid(sample)


@pytest.mark.parametrize("key", fault_keys())
@pytest.mark.parametrize(
    "nonsense",
    [
        None, False, 1, -1.5, "", "no such word", [], [[]], ["before", "before"], {}, {"no such key": 1}, {"after_events": -1},
        {"after_events": 1, "after_bytes": 1}, {"mid_event": 0}, {"before_head": False}, {"for_s": 1}, {"head_s": -1},
        {"bytes": 0}, {"bytes": 1, "events": 1}, {"pause_s": 1}, {"bytes_per_s": 0}, {"bytes_per_s": "fast"}, 1001,
        {"each": {}}, {"each": {"data": "x"}}, {"alone": {"a:b": "x"}}, {"alone": {"a": "x\ny"}}, {"each": {"id": 7}},
        {"set": {}}, {"set": {"a b": "x"}}, {"set": {"X": "é"}}, {"set": {"X": 1}}, {"drop": []}, {"drop": ["a:"]}, {"drop": "X"},
        {"event": 0}, {"into": "half"}, {"event": 1, "into": "dust"}, {"status": 204}, {"status": 100}, {"content_type": ""},
        {"content_type": "é"}, {"body": 1},
    ],
    ids=repr,
)  # fmt: skip
def test_the_schema_and_the_parser_refuse_the_same_nonsense(key: str, nonsense: object) -> None:
    """What the parser refuses, editors refuse."""
    assert not jsonschema.Draft202012Validator(fault_module(key).VALUE.schema).is_valid(nonsense)
    with pytest.raises(InvalidValue) as caught:
        parse_faults({key: nonsense})
    assert caught.value.path[0] == key


@settings(deadline=None, max_examples=20)
@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=6).map(sorted))
@pytest.mark.parametrize(("key", "sample"), ALL)
def test_a_spoiling_is_pure_speaks_and_never_keeps_a_round_waiting(key: str, sample: object, cuts: list[int]) -> None:
    """Twice the same items make twice the same; each round is passed on, none made up; and there is a note."""
    (fault,) = parse_faults({key: sample})
    first, second = ([*fault.apply(items(fault.turn, cuts))] for _ in range(2))
    assert first == second
    rounds = sum(isinstance(item, NothingYet) for item in first)
    ended_itself = len([*items(fault.turn, cuts)]) > 0 and rounds < len(cuts) + 1
    assert ended_itself or rounds == len(cuts) + 1
    assert any(isinstance(item, Note) and item.note.fault == str(fault) for item in first)


def items(turn: Turn, cuts: list[int]) -> Items:
    """Return the parts of a stream that comes in pieces, as a fault of that *turn* gets them."""

    def pieces() -> Items:
        reader = ResponseReader("POST")
        for start, end in zip([0, *cuts], [*cuts, len(STREAM)], strict=True):
            yield from reader.feed(STREAM[start:end])[1]
            yield NothingYet()

    return whole_events(pieces()) if turn in REWRITING else pieces()


def test_an_entry_in_words() -> None:
    """An entry says all of its faults, in the manifest's order, and none if there is none."""
    assert in_words(parse_faults({"slice": {"bytes": 1}, "line_ends": "crlf"})) == "slice into segments of 1 byte, line_ends crlf"
    assert in_words(parse_faults("none")) == "none"


@pytest.mark.parametrize(
    ("entry", "path", "found"),
    [
        (None, (), "nothing (null)"),
        ({}, (), "an empty mapping"),
        ("cut", (), "the text 'cut'"),
        ({"cutt": True}, ("cutt",), "'cutt'"),
        ({"cut": {"after_events": "x"}}, ("cut", "after_events"), "the text 'x'"),
        ({"refuse": True, "cut": {"after_events": 1}}, ("refuse",), "refuse, cut"),
    ],
)
def test_an_entry_that_is_wrong(entry: object, path: tuple[str, ...], found: str) -> None:
    """The error says what was found, and where in the entry."""
    with pytest.raises(InvalidValue) as caught:
        parse_faults(entry)
    assert caught.value.path == path
    assert found in caught.value.found
