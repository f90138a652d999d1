"""Every expectation that is found fulfils the contract of its package."""

import dataclasses

import jsonschema
import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.expectations import WITNESSES, expectation_keys, expectation_module, parse_expectation
from dvara_examples.records.transcript import Transcript
from dvara_examples.records.verdict import Witness
from tests.factories import make_exchange, make_transcript

SAMPLES: dict[str, object] = {
    "exit": 0,
    "limit": "none",
    "leaks": "none",
    "serves": [200, 404],
    "stdout": {"contains": "Hello"},
    "stderr": {"equals": ""},
    "stdout_json": {"equals": 1},
    "finish_reason": "stop",
    "prints_the_stream": True,
    "progressive": True,
    "text": {"contains": "Hello"},
    "deltas": {"min": 1, "max": 3},
    "first_token_within_s": 2.0,
    "longest_gap_s": 1.5,
    "ends": "done",
    "requests": 1,
    "responses": [503, "none", 200],
    "path": "/v1/chat/completions",
    "request_headers": {"Accept": "application/json", "X-Debug": "absent", "Authorization": {"matches": "^Bearer ."}},
    "request_json": {"at": {"/stream": True}},
    "retry_delays_s": [{"min": 0.4, "max": 1.5}, {"min": 0.9}],
    "honours_retry_after": True,
    "no_retry_after_end": True,
    "idempotency_key_stable": True,
    "reports_incomplete": True,
    "never_repeats": True,
    "requests_per_call": {"max": 3},
    "executes_cut_tool_call": "never",
    "disconnects_within_s": 2.0,
    "order": ["request 1", "text 1", {"stdout": "Hello"}, "exit"],
}


def test_every_expectation_has_a_sample() -> None:
    """A new expectation is not forgotten here."""
    assert set(SAMPLES) == set(expectation_keys())


@pytest.mark.parametrize("key", expectation_keys())
def test_the_module_keeps_the_contract(key: str) -> None:
    """Its value is frozen, carries the file's name as key, and its witness is its package."""
    parsed = parse_expectation(key, SAMPLES[key])
    assert parsed.key == key
    assert parsed.witness is Witness(expectation_module(key).__name__.split(".")[-2])
    assert dataclasses.is_dataclass(parsed)
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
        parsed.key = "other"


@pytest.mark.parametrize("key", expectation_keys())
def test_the_schema_and_the_parser_agree_on_the_sample_and_on_nonsense(key: str) -> None:
    """What editors accept is what the parser accepts."""
    validator = jsonschema.Draft202012Validator(expectation_module(key).VALUE.schema)
    assert validator.is_valid(SAMPLES[key])
    nonsenses: tuple[object, ...] = (None, [[]], -1.5, {"no such key": 1})
    for nonsense in nonsenses:
        assert not validator.is_valid(nonsense)
        with pytest.raises(InvalidValue):
            parse_expectation(key, nonsense)


@pytest.mark.parametrize("key", expectation_keys())
@pytest.mark.parametrize("seen", [make_transcript(), make_transcript(stdout="Hello", exchanges=[make_exchange()])])
def test_a_check_is_pure_and_speaks(key: str, seen: Transcript) -> None:
    """Checked twice gives the same finding, and one that is not ok explains itself."""
    expectation = parse_expectation(key, SAMPLES[key])
    finding = expectation.check(seen)
    assert finding == expectation.check(seen)
    assert finding.key == key
    assert finding.expected
    assert finding.seen
    assert finding.ok or finding.sentence


def test_witnesses_are_packages() -> None:
    """The packages of expectations are named after the witnesses."""
    assert set(WITNESSES) == {witness.value for witness in Witness}
