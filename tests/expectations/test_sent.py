"""What the wire bears witness to of each request and the response to it: path, headers, body, status."""

from dataclasses import replace

import pytest

from dvara_examples.core.values import InvalidValue
from dvara_examples.expectations import parse_expectation
from dvara_examples.records.transcript import Exchange, Headers, Request, Response
from dvara_examples.records.verdict import Finding
from tests.factories import make_exchange, make_transcript, numbered

HEADERS: Headers = (("authorization", "Bearer tap_0123"), ("Accept", "application/json"), ("X-Tag", "a"), ("x-tag", "b"))


def sent(target: str = "/v1/chat/completions", headers: Headers = HEADERS, body: bytes = b'{"stream": true}') -> Exchange:
    """Build an exchange with this request."""
    return make_exchange(request=Request("POST", target, headers, body, len(body)))


def answered(status: int | None) -> Exchange:
    """Build an exchange whose response has this status (None: no response)."""
    return make_exchange(response=None if status is None else Response(status))


def check(key: str, value: object, *exchanges: Exchange) -> Finding:
    """Check an expectation against a run with these exchanges."""
    return parse_expectation(key, value).check(make_transcript(exchanges=numbered(*exchanges)))


@pytest.mark.parametrize(
    ("key", "value"),
    [("path", "/v1"), ("request_headers", {"X-Debug": "absent"}), ("request_json", {}), ("responses", ["none"])],
)
def test_no_request_fulfils_nothing(key: str, value: object) -> None:
    """Where nothing was sent, "every request" does not hold emptily."""
    finding = check(key, value)
    assert not finding.ok
    assert finding.seen == "no request"
    assert "never sent a request" in finding.sentence


@pytest.mark.parametrize(
    ("target", "ok"),
    [
        ("/v1/chat/completions", True),
        ("/v1/chat/completions?api-version=1", True),
        ("http://127.0.0.1:4000/v1/chat/completions?x=1", True),
        ("/v1/v1/chat/completions", False),
        ("/chat/completions", False),
        ("/v1/chat/completions/", False),
        ("//v1/chat/completions", False),
        ("*", False),
        ("http://[", False),
    ],
)
def test_the_path_is_compared_without_its_query(target: str, ok: bool) -> None:
    """A doubled or missing prefix and a slash too much are other paths; a whole URL counts by its path."""
    assert check("path", "/v1/chat/completions", sent(target)).ok is ok


@pytest.mark.parametrize(
    ("key", "value", "good", "bad"),
    [
        ("path", "/v1/chat/completions", sent(), sent("/chat/completions")),
        ("request_headers", {"Accept": "application/json"}, sent(), sent(headers=())),
        ("request_json", {"at": {"/stream": True}}, sent(), sent(body=b'{"stream": false}')),
    ],
)
def test_every_request_must_fit(key: str, value: object, good: Exchange, bad: Exchange) -> None:
    """One request among others that does not fit is found, and named."""
    assert check(key, value, good, good).ok
    assert check(key, value, good, bad, good).where == "request 2"
    assert not check(key, value, bad, good).ok


@pytest.mark.parametrize(
    ("wanted", "ok"),
    [
        ({"Authorization": {"matches": "^Bearer ."}}, True),
        ({"AUTHORIZATION": "present"}, True),
        ({"Authorization": "absent"}, False),
        ({"X-Debug": "absent"}, True),
        ({"X-Debug": "present"}, False),
        ({"X-Debug": {"contains": "x"}}, False),
        ({"accept": "application/json"}, True),
        ({"accept": "text/event-stream"}, False),
        ({"accept": {"contains": "json"}}, True),
        ({"accept": {"equals": "json"}}, False),
        ({"X-Tag": "a, b"}, True),
        ({"X-Tag": "a"}, False),
        ({"Accept": "application/json", "X-Debug": "present"}, False),
    ],
)
def test_headers_are_compared_by_name_whatever_its_case(wanted: object, ok: bool) -> None:
    """Values are compared exactly, several of one name are joined by commas, and all that is wanted must hold."""
    assert check("request_headers", wanted, sent()).ok is ok


def test_a_header_called_absent_can_be_wanted() -> None:
    """The words for being there or not are told from a value by `equals`."""
    assert check("request_headers", {"X-State": {"equals": "absent"}}, sent(headers=(("X-State", "absent"),))).ok


def test_the_header_that_does_not_fit_is_shown() -> None:
    """The finding names the header, what is wanted of it and what it held."""
    finding = check("request_headers", {"Accept": {"matches": "^text/"}, "X-Tag": "present"}, sent())
    assert (finding.expected, finding.seen) == ("Accept matches '^text/'", "Accept: 'application/json'")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"stream": "true"}', "another one"),
        (b"{}", "no value at that JSON pointer"),
        (b"", "is not one JSON document"),
        (b"stream=true", "is not one JSON document"),
        (b'{"stream": NaN}', "NaN is no JSON"),
    ],
)
def test_a_body_that_does_not_fit_is_told(body: bytes, told: str) -> None:
    """Values are compared as JSON does, and what is no JSON fails with the reason."""
    finding = check("request_json", {"at": {"/stream": True}}, sent(body=body))
    assert not finding.ok
    assert told in finding.sentence


def test_a_body_that_was_not_kept_whole_cannot_be_judged() -> None:
    """A body that is too large to be kept fails, and the finding says why."""
    exchange = sent()
    large = replace(exchange, request=replace(exchange.request, body_size_bytes=2_000_000))
    finding = check("request_json", {"at": {"/stream": True}}, large)
    assert not finding.ok
    assert "only the first 16 bytes of the body are stored" in finding.sentence


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        ([503, None, 200], ""),
        ([503, 503, 200], "in another way"),
        ([503, None], "stopped asking too early"),
        ([503, None, 200, 200], "went on asking"),
        ([200], "in another way"),
    ],
)
def test_responses_are_compared_in_order(statuses: list[int | None], told: str) -> None:
    """Each status counts, none stands for no response, and the sentence tells a difference in number from one in kind."""
    finding = check("responses", [503, "none", 200], *map(answered, statuses))
    assert finding.ok is (not told)
    assert told in finding.sentence


@pytest.mark.parametrize(
    ("key", "value", "path"),
    [
        ("path", "v1/chat", ("path",)),
        ("path", "/v1?x=1", ("path",)),
        ("request_headers", {}, ("request_headers",)),
        ("request_headers", {"Accept": "a", "accept": "b"}, ("request_headers", "accept")),
        ("request_headers", {"not a name": "a"}, ("request_headers", "not a name")),
        ("request_headers", {"Accept": 7}, ("request_headers", "Accept")),
        ("request_headers", {"Accept": {"contains": ""}}, ("request_headers", "Accept", "contains")),
        ("request_headers", {"Accept": {"matches": ".*"}}, ("request_headers", "Accept", "matches")),
        ("request_headers", {"Accept": {"contains": "a", "equals": "a"}}, ("request_headers", "Accept")),
        ("request_json", {"at": {}}, ("request_json", "at")),
        ("responses", [], ("responses",)),
        ("responses", [200, 99], ("responses", 1)),
        ("responses", ["nothing"], ("responses", 0)),
    ],
)
def test_a_wrong_value_says_where(key: str, value: object, path: tuple[str | int, ...]) -> None:
    """The path of a refusal leads to the offending part."""
    with pytest.raises(InvalidValue) as refused:
        parse_expectation(key, value)
    assert refused.value.path == path
