"""One cause, one finding: combines the effects of a request that was never sent, an answer that never came, or a crash."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from dvara_examples.records.model import WHOLE_ENDINGS, Ending
from dvara_examples.records.transcript import Exchange, Transcript
from dvara_examples.records.verdict import KNOWN_FAILURE, Finding, Verdict, Witness

_APART = ("limit", "leaks", KNOWN_FAILURE)
_GIVEN = ("DVARA_URL", "DVARA_API_KEY")
_LACKS = re.compile(r"KeyError|environ|\benv\b|not set|must be set|missing|required|undefined|credentials", re.IGNORECASE)
_NO_WHOLE_ANSWER = frozenset(Ending) - WHOLE_ENDINGS - {Ending.CLIENT_CLOSED, Ending.STALLED, Ending.UNRECOGNISED}
"""Endings that come from the gateway's side, and that a client can tell from a whole answer."""
_OF_THE_ANSWER = frozenset({"finish_reason", "text", "deltas", "first_token_within_s", "prints_the_stream", "progressive"})
_OF_THE_OUTPUT = frozenset({"stdout", "stdout_json"})


def of_one_cause(verdict: Verdict, transcript: Transcript) -> Verdict:
    """Return a failed *verdict* with one finding instead of several with one cause."""
    for rule in (_unready_server, _no_request, _no_answer, _crash):
        if (found := rule(verdict, transcript)) is not None:
            return found
    return verdict


def _unready_server(verdict: Verdict, transcript: Transcript) -> Verdict | None:
    """Expect nothing of a server that never listened."""
    served = transcript.process.served
    if served is None or served.ready_at_s is not None or all(finding.key != "serves" for finding in verdict.failures):
        return None
    kept = tuple(each for each in verdict.findings if each.ok or each.key in ("serves", *_APART))
    return replace(verdict, findings=kept, reason="\n".join(_why_silent(transcript)))


def _no_request(verdict: Verdict, transcript: Transcript) -> Verdict | None:
    """Combine the findings of a run that sent no request, although one was expected."""
    hidden = [finding for finding in verdict.failures if finding.key not in _APART]
    if transcript.exchanges or not any(finding.witness in (Witness.WIRE, Witness.STREAM) for finding in hidden):
        return None
    reason = "\n".join(_why_silent(transcript))
    if len(hidden) == 1:
        return replace(verdict, reason=reason)
    sentence = f"sent no request; {len(hidden)} expectations could not be judged"
    at = next((f.expected_at for f in hidden if f.key == "requests"), "") or next((f.expected_at for f in hidden), "")
    finding = Finding("requests", Witness.WIRE, False, "at least one request", "no request", sentence, expected_at=at)
    others = [each for each in verdict.findings if each not in hidden and each.key != "requests"]
    return replace(verdict, findings=(finding, *others), reason=reason)


def _why_silent(transcript: Transcript) -> Iterator[str]:
    """Yield what stderr says about a run that sent no request, and about a variable that it may lack."""
    from dvara_examples.process.environment import PASSED_ON
    from dvara_examples.records.crash import error_line, variables_named
    from dvara_examples.session.surroundings import WELL_KNOWN

    error = error_line(transcript.stderr.text)
    if error:
        yield error
    passed = ", ".join(sorted(PASSED_ON - {"SYSTEMROOT"}))
    lacking = [name for name in variables_named(error) if name not in (*_GIVEN, *WELL_KNOWN)] if _LACKS.search(error) else []
    if lacking:
        yield f"not set: {', '.join(lacking)}. A run gets {' and '.join(_GIVEN)}, and of your own variables only {passed};"
        yield "set others under env in the manifest"


def _no_answer(verdict: Verdict, transcript: Transcript) -> Verdict | None:
    """Combine the findings of a run whose last request got no whole answer, and that reported this."""
    last = transcript.last_exchange
    if last is None or last.ending not in _NO_WHOLE_ANSWER or not _ended_with_an_error(transcript):
        return None
    tail = _same_to_the_end(transcript)
    following = [f for f in verdict.failures if _follows(f, transcript, {f"request {e.number}" for e in tail})]
    if not any(finding.key == "exit" for finding in following):
        return None
    status = last.response.status if last.response else 0
    what = "was refused" if 400 <= status < 500 else "got no whole answer"
    remarks = "; ".join(last.remarks) or last.ending.replace("_", " ")
    return _merged(verdict, following, "ends", f"request {last.number} {what} ({remarks})")


_CRASHED = "the example ended by an error that it did not catch"
_KILLED = "the example was ended by SIGKILL, which no program can catch; a machine that runs out of memory sends it too"


def _crash(verdict: Verdict, transcript: Transcript) -> Verdict | None:
    """Combine the findings of a run that crashed after all its requests so far were answered."""
    from dvara_examples.records.crash import crashed

    error, last = crashed(transcript), transcript.last_exchange
    if error is None or last is None or transcript.process.served is not None:
        return None
    cut = last.ending is Ending.CLIENT_CLOSED
    if any(exchange.ending not in WHOLE_ENDINGS for exchange in transcript.exchanges[: -1 if cut else None]):
        return None
    following = [f for f in verdict.failures if _follows(f, transcript, {f"request {last.number}"} if cut else set())]
    if not any(finding.key == "exit" for finding in following):
        return None
    merged = _merged(verdict, following, "exit", _KILLED if transcript.process.signal == "SIGKILL" else _CRASHED)
    return replace(merged, reason=verdict.reason or error)


def _ended_with_an_error(transcript: Transcript) -> bool:
    end = transcript.process
    return bool(end.exit_code) and end.limit is None and end.served is None


def _same_to_the_end(transcript: Transcript) -> list[Exchange]:
    """Return the last exchange, and those before it that ended the same way for the same question."""
    last, found = transcript.exchanges[-1], list[Exchange]()
    for exchange in reversed(transcript.exchanges):
        same = exchange.ending is last.ending and exchange.request.target == last.request.target
        if not same or exchange.request.body != last.request.body:
            break
        found.append(exchange)
    return found


def _follows(finding: Finding, transcript: Transcript, unanswered: Collection[str]) -> bool:
    """Tell whether *finding* follows if the example ended with an error and *unanswered* requests got no whole answer."""
    wanted, end = transcript.expect.get(finding.key), transcript.process
    before = [exchange for exchange in transcript.exchanges if f"request {exchange.number}" not in unanswered]
    match finding.key:
        case "exit":
            return wanted == 0 and end.exit_code != 0 and end.limit is None
        case "ends" | "responses":
            stopped_early = isinstance(wanted, list | tuple) and len(wanted) > len(transcript.exchanges)
            return finding.where in unanswered or (
                not finding.where and stopped_early and all(exchange.ending in WHOLE_ENDINGS for exchange in before)
            )
        case "requests":
            least = wanted.get("min", 0) if isinstance(wanted, Mapping) else wanted
            return isinstance(least, int) and len(transcript.exchanges) < least
        case key if key in _OF_THE_ANSWER:
            return bool(unanswered)
        case key if key in _OF_THE_OUTPUT:
            return not (isinstance(wanted, Mapping) and "lacks" in wanted)
    return False


def _merged(verdict: Verdict, following: list[Finding], key: str, cause: str) -> Verdict:
    """Return *verdict* with one finding for all *following* from *cause*: that of *key*, if it is one of them."""
    main = next((finding for finding in following if finding.key == key), following[0])
    others = [finding.key for finding in following if finding is not main]
    sentence = f"{cause}; this also fails {_listed(others)}" if others else cause
    findings = (replace(each, sentence=sentence) if each is main else each for each in verdict.findings)
    return replace(verdict, findings=tuple(each for each in findings if each.ok or each.key not in others))


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
