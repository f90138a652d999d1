"""``--report json`` read back by a validator of JSON Schema."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from dvara_examples.records.results import RunResult
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports import _schema
from dvara_examples.reports._schema import SCHEMAS, report_schema, schema_text
from tests.reports.conftest import ONE_OF_EACH, Write, make_result

FOLDER = Path(_schema.__file__).parent


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_that_is_shipped_is_in_step(name: str) -> None:
    """The file next to the report is what `make schema` makes of the program, and a valid schema."""
    schema = SCHEMAS[name]()
    Draft202012Validator.check_schema(schema)
    assert (FOLDER / name).read_text("utf-8") == schema_text(schema), "run `make schema`"


@pytest.mark.parametrize(
    "results",
    [
        (),
        ONE_OF_EACH,
        (replace(make_result(), earlier=(make_result(Outcome.FAILED), make_result(Outcome.ERRORED)), repetition=2),),
    ],
    ids=["none", "each", "earlier"],
)
def test_what_is_written_is_valid(write: Write, results: tuple[RunResult, ...]) -> None:
    """A validator finds nothing to object to, and every result is there in plan order."""
    document = json.loads(write("json", *results))
    Draft202012Validator(report_schema()).validate(document)
    assert [result["id"] for result in document["results"]] == [result.variant_id for result in results]


def test_a_document_that_lacks_something_is_not_valid(write: Write) -> None:
    """The schema asks for every field, or the test above proves little."""
    document = json.loads(write("json", make_result()))
    for part in (document, document["session"], document["results"][0], document["results"][0]["run"]["exchanges"][0]):
        for key in tuple(part):
            taken = part.pop(key)
            assert not Draft202012Validator(report_schema()).is_valid(document), key
            part[key] = taken


def test_a_result_says_how_it_came_about(write: Write) -> None:
    """Findings, places, exchanges and output stand next to the outcome."""
    document = json.loads(write("json", make_result(Outcome.FAILED)))
    (result,) = document["results"]
    assert document["summary"]["exit_code"] == 1
    assert result["findings"][0]["sentence"] == "it was cut"
    assert result["places"][1] == {"file": "docs/streaming.md", "line": 40}
    assert result["run"]["exchanges"][0]["ending"] == "truncated"
    assert result["run"]["stdout"] == {"text": "Hello world\n", "size_bytes": 12, "whole": True}
    assert result["transcript"] == "stream-basic.jsonl"


def test_long_output_is_cut_and_says_so(write: Write) -> None:
    """A megabyte of output is some kilobytes of report."""
    result = make_result()
    assert result.transcript is not None
    loud = replace(result.transcript, stdout=replace(result.transcript.stdout, tail=b"x" * 1_000_000, size_bytes=2_000_000))
    text = write("json", replace(result, transcript=loud))
    stdout = json.loads(text)["results"][0]["run"]["stdout"]
    assert len(text) < 20_000
    assert "characters left out" in stdout["text"]
    assert (stdout["size_bytes"], stdout["whole"]) == (2_000_000, False)


def test_what_belongs_to_no_request_is_told_of_the_run(write: Write) -> None:
    """Remarks on the wire, and on what was done to the process, stand next to the exchanges."""
    result = make_result()
    assert result.transcript is not None
    wire, process = "fault: refuse: connection 1 was reset before it was read", "Ctrl-C at 0.41 s"
    seen = replace(result.transcript, notes=(wire,), process=replace(result.transcript.process, notes=(process,)))
    assert json.loads(write("json", replace(result, transcript=seen)))["results"][0]["run"]["notes"] == [wire, process]


@pytest.mark.parametrize("kind", ["junit", "markdown", "html", "github"])
def test_the_other_reports_tell_it_too(write: Write, kind: str) -> None:
    """Where there is no request to show, the remark is all that explains a failure."""
    result, note = make_result(Outcome.FAILED), "fault: refuse: connection 1 was reset before it was read"
    assert result.transcript is not None
    assert note in write(kind, replace(result, transcript=replace(result.transcript, notes=(note,))))
