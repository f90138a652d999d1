"""Whose fault a refusal is: the example's own doing, or something that stood in its way."""

from dataclasses import replace

import pytest

from dvara_examples.records.model import Ending
from dvara_examples.records.transcript import Exchange, Headers, Request, Response
from dvara_examples.session.external_errors import external_error
from tests.factories import make_exchange, make_transcript

KEY: Headers = (("Authorization", "Bearer dvara-thrown-away"),)
"""The key that the example was given; any other one is stored as asterisks."""
OTHER_KEY: Headers = (("Authorization", "Bearer ***"),)
CHAT = "/v1/chat/completions"


def refused(headers: Headers = KEY, target: str = CHAT, status: int = 429, body: bytes = b"{}") -> Exchange:
    """Build an exchange that the gateway refused."""
    request = Request("POST", target, headers, body, len(body))
    return make_exchange("", ending=Ending.HTTP_ERROR, request=request, response=Response(status, ()))


@pytest.mark.parametrize(
    "exchange",
    [
        refused(KEY),
        refused((("authorization", "Bearer dvara-thrown-away"),), f"{CHAT}?api-version=1"),
        refused((("X-Api-Key", "dvara-thrown-away"),), "/v1/messages"),
    ],
    ids=["bearer", "query", "x-api-key"],
)
def test_a_refusal_of_a_well_made_request_is_not_the_examples_fault(exchange: Exchange) -> None:
    """The example asked for a known path with a key: a limit of the account stood in its way."""
    seen = make_transcript(exchanges=[exchange])
    assert external_error(seen) is not None


@pytest.mark.parametrize(
    "exchange",
    [
        refused(()),
        refused(OTHER_KEY),
        refused(KEY, "/v1/no/such/path"),
        refused(KEY, "/v1//chat/completions"),
        refused(KEY, status=200),
    ],
    ids=["no-key", "another-key", "unknown-path", "two-slashes", "not-refused"],
)
def test_what_the_example_did_itself_stays_its_own(exchange: Exchange) -> None:
    """Without a key, or on a path that no protocol has, the refusal is the example's own doing."""
    assert external_error(make_transcript(exchanges=[exchange])) is None


def test_one_of_several_models_that_is_refused_is_not_the_examples_fault() -> None:
    """What the gateway said about one model is not undone by the answer of another one; a retry of the same model undoes it."""
    lacking, served = (refused(status=status, body=b'{"model": "%d"}' % status) for status in (429, 200))
    assert external_error(make_transcript(exchanges=[lacking, served])) is not None
    again = refused(status=200, body=b'{"model": "429"}')
    assert external_error(make_transcript(exchanges=[lacking, served, again])) is None


def test_where_refusals_are_part_of_what_is_tried_nothing_else_is_to_blame() -> None:
    """Scripted answers and faults refuse on purpose."""
    exchange = refused(KEY)
    seen = make_transcript(exchanges=[exchange])
    assert external_error(replace(seen, scripted=True)) is None
    assert external_error(replace(seen, faults=("refuse",))) is None
    assert external_error(make_transcript()) is None
