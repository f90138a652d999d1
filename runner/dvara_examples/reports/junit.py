"""``--report junit``: JUnit XML for Jenkins, valid against the schema of its xUnit plug-in; one suite per language.

That schema has no attribute for file and line. They are in the first line of a failure, as compilers write them, and in
each suite's properties.
"""

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from dvara_examples.records.locked import unlocked_places
from dvara_examples.records.results import RunEvent, RunResult, Summary
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports import SessionInfo, Target
from dvara_examples.reports._facts import cut
from dvara_examples.reports._wording import Trouble, explanation, headline, location, one_line, placed, red, troubles, visible

DEFAULT_NAME = "junit.xml"
_NAME = "dvara-examples"


def open_report(about: SessionInfo, target: Target) -> "JunitReport":
    """Open the report."""
    return JunitReport(about, target)


class JunitReport:
    """Collects results and writes them at the end."""

    def __init__(self, about: SessionInfo, target: Target) -> None:
        self._about, self._target = about, target
        self._results: list[RunResult] = []

    def event(self, event: RunEvent) -> None:
        """Ignore events."""

    def result(self, result: RunResult) -> None:
        """Keep one result."""
        self._results.append(placed(result, self._about.within))

    def tick(self) -> None:
        """Show nothing."""

    def close(self, summary: Summary) -> None:
        """Write the document."""
        suites = [self._suite(language, summary) for language in dict.fromkeys(r.language for r in self._results)]
        if found := tuple(troubles(summary)):
            suites.append(_session_suite(found))
        root = ET.Element("testsuites", name=_NAME)
        for key in ("tests", "failures", "errors"):
            root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
        root.set("time", f"{sum(float(suite.get('time', '0')) for suite in suites):.3f}")
        root.extend(suites)
        ET.indent(root, " ")
        self._target.write('<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n")

    def _suite(self, language: str, summary: Summary) -> ET.Element:
        results = [result for result in self._results if result.language == language]
        suite = _make_suite(language, [_case(result, summary) for result in results], sum(map(_duration_s, results)))
        suite.set("timestamp", self._about.started_utc.removesuffix("+00:00"))
        properties = ET.Element("properties")
        for name, value in self._properties(language, results):
            ET.SubElement(properties, "property", name=visible(name), value=visible(value))
        suite.insert(0, properties)
        return suite

    def _properties(self, language: str, results: Sequence[RunResult]) -> Iterator[tuple[str, str]]:
        about = self._about
        yield "tool", f"{_NAME} {about.version}"
        if about.manifest:
            yield "manifest", about.manifest
        yield "gateway", about.gateway
        yield "deps", about.deps
        if about.shard is not None:
            yield "shard", about.shard
        yield from (("runtime", f"{r.language} {r.version} ({r.origin})") for r in about.runtimes if r.language == language)
        yield from (("not locked", place) for place in unlocked_places(results))
        for result in {result.variant_id: result for result in results}.values():
            yield from ((f"{result.variant_id}.place", location(place)) for place in result.places)
            if result.transcript is not None and result.transcript.run.launcher:
                yield f"{result.variant_id}.launcher", result.transcript.run.launcher


def _make_suite(name: str, cases: Sequence[ET.Element], time_s: float) -> ET.Element:
    suite = ET.Element("testsuite", name=visible(name), tests=str(len(cases)))
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{time_s:.3f}")
    suite.extend(cases)
    return suite


def _session_suite(found: Sequence[Trouble]) -> ET.Element:
    """Build the suite of what no single run can show."""
    cases = []
    for trouble in found:
        case = ET.Element("testcase", name=visible(trouble.name), classname=f"{_NAME}.session", time="0.000")
        tag = "failure" if trouble.outcome is Outcome.FAILED else "error"
        ET.SubElement(case, tag, type=trouble.word, message=one_line(trouble.sentence)).text = visible(trouble.sentence)
        cases.append(case)
    return _make_suite("session", cases, 0.0)


def _case(result: RunResult, summary: Summary) -> ET.Element:
    example, _, _ = result.run_id.partition("[")
    number = "" if result.repetition is None else f" #{result.repetition}"
    classname = f"{_NAME}.{result.language}"
    case = ET.Element("testcase", name=visible(example + number), classname=visible(classname), time=f"{_duration_s(result):.3f}")
    if red(result, summary):
        tag = "error" if result.verdict.outcome is Outcome.ERRORED else "failure"
        ET.SubElement(case, tag, type=_type(result), message=one_line(headline(result))).text = _text(result)
    elif result.verdict.outcome is Outcome.SKIPPED:
        ET.SubElement(case, "skipped", message=one_line(result.verdict.reason))
    for attempt in result.earlier:
        case.append(_attempt(attempt, "rerun" if red(result, summary) else "flaky"))
    case.extend(_output(result))
    return case


def _attempt(attempt: RunResult, prefix: str) -> ET.Element:
    """Build Surefire's element for an attempt: ``flaky…`` if a later one passed, ``rerun…`` if the run stays red."""
    tag = prefix + ("Error" if attempt.verdict.outcome is Outcome.ERRORED else "Failure")
    element = ET.Element(tag, type=_type(attempt), message=one_line(headline(attempt)))
    ET.SubElement(element, "stackTrace").text = _text(attempt)
    element.extend(_output(attempt))
    return element


def _output(result: RunResult) -> Iterator[ET.Element]:
    if result.transcript is None:
        return
    for tag, output in (("system-out", result.transcript.stdout), ("system-err", result.transcript.stderr)):
        if text := output.text:
            element = ET.Element(tag)
            element.text = visible(cut(text))
            yield element


def _text(result: RunResult) -> str:
    head = f"{location(result.places[0])}: " if result.places else ""
    return cut(f"{head}{explanation(result) or headline(result)}")


def _type(result: RunResult) -> str:
    """Name the problem: the expectation that did not hold, or why a run says nothing about its example."""
    if result.flaky:
        return "flaky"
    if result.verdict.failures:
        return one_line(result.verdict.failures[0].key)
    return "internal" if result.internal else "interrupted" if result.interrupted else str(result.verdict.outcome)


def _duration_s(result: RunResult) -> float:
    return result.transcript.process.duration_s if result.transcript else 0.0
