"""Turns the first run of each script in ``init --run`` into expectations, or into a comment if it went wrong."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from dvara_examples.manifest import Variant
from dvara_examples.records.crash import crashed, error_line
from dvara_examples.records.model import WHOLE_ENDINGS
from dvara_examples.records.results import Preparing, RunEvent, RunResult, Summary
from dvara_examples.records.transcript import Served, Transcript
from dvara_examples.scaffold.adopt.groups import Draft, expected
from dvara_examples.session.recording import expectations_of

_MAY_NOT_DIFFER = frozenset({"exit", "ends", "requests", "responses", "leaks"})
"""What the languages of an example must agree on; where they do not, they are examples of their own."""


_ROOT = r"(?:file://)?/(?:home|root|Users|tmp|var|usr|opt|private|mnt|srv|work|builds?|github)/"
_PLACE = re.compile(rf" ?\({_ROOT}[^()\s]*\)|{_ROOT}(?:[^\s/:()]+/)*")
"""Where something lies on this machine, which is nothing for a manifest."""


class SeenRuns:
    """A reporter that keeps the results, and reports progress."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self.results: dict[str, RunResult] = {}

    def event(self, event: RunEvent) -> None:
        """Report preparations."""
        if isinstance(event, Preparing):
            self._tell(f"preparing  {event.text}")

    def result(self, result: RunResult) -> None:
        """Keep one result, and report how the run went: if it is red, why."""
        self.results[result.variant_id] = result
        verdict = result.verdict
        why = verdict.reason or next((f"{finding.key}: {finding.sentence}" for finding in verdict.failures), "")
        self._tell(f"{verdict.outcome}  {result.variant_id}{'  ' if why else ''}{why.splitlines()[0] if why else ''}")

    def tick(self) -> None:
        """Show nothing."""

    def close(self, summary: Summary) -> None:
        """Write nothing."""


def still_loads(result: RunResult | None) -> bool:
    """Tell whether a run was stopped before it did anything: its libraries may load slowly on a busy machine."""
    seen = result.transcript if result is not None else None
    if seen is None or seen.exchanges:
        return False
    served = seen.process.served
    if served is not None:
        return served.ready_at_s is None and seen.process.stopped_by is not None
    return seen.process.limit == "idle" and not seen.stdout.size_bytes


def with_more_time(variant: Variant) -> Variant:
    """Return *variant* with limits that a slow start does not reach."""
    limits = replace(variant.limits, wall_s=variant.limits.wall_s * _ROOM, idle_s=variant.limits.idle_s * _ROOM)
    around = variant.surroundings
    ready = around.ready and replace(around.ready, within_s=around.ready.within_s * _ROOM)
    return replace(variant, limits=limits, surroundings=replace(around, ready=ready))


def with_what_was_seen(drafts: Sequence[Draft], results: Mapping[str, RunResult]) -> tuple[Draft, ...]:
    """Return *drafts* with the expectations that their scripts fulfilled; those that failed keep the guess."""
    ids = {draft.id for draft in drafts}
    made: list[Draft] = []
    for draft in drafts:
        for part in _apart(draft, results):
            own = part if part.id == draft.id else replace(part, id=_free(part.id, ids))
            ids.add(own.id)
            made.append(own)
    return tuple(made)


def _free(wanted: str, taken: set[str]) -> str:
    number, name = 2, wanted
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name


def _apart(draft: Draft, results: Mapping[str, RunResult]) -> list[Draft]:
    """Return *draft* with the result of its run, split up if its languages behave differently."""
    good, bad = _outcomes(draft, results)
    comments = tuple(f"{draft.scripts[language].file.name}: {wrong}" for language, wrong in bad.items())
    if not good:
        return [replace(draft, guesses=(*draft.guesses, *comments))]
    asks = {draft.scripts[language].asks for language in good}
    apart = [language for language in bad if draft.scripts[language].asks not in asks]
    first, *others = _alike(good)
    unknown = [language for language in draft.scripts if language not in good and language not in apart]
    of_others = tuple(f"{draft.scripts[language].file.name}: " for language in apart)
    said = tuple(comment for comment in (*draft.guesses, *comments) if not comment.startswith(of_others))
    parts = [_part(draft, draft.id, first, unknown, said, good, results)]
    for languages in others:
        reason = f"apart from {draft.id}, because it sends or ends differently"
        parts.append(_part(draft, f"{draft.id}-{languages[0]}", languages, (), (reason,), good, results))
    return [*parts, *(_failed_part(draft, language, bad[language]) for language in apart)]


def _outcomes(draft: Draft, results: Mapping[str, RunResult]) -> tuple[dict[str, dict[str, object]], dict[str, str]]:
    """Return the expectations of each language whose run went well, and what went wrong in the others that ran."""
    good: dict[str, dict[str, object]] = {}
    bad: dict[str, str] = {}
    for language, script in draft.scripts.items():
        result = results.get(f"{draft.id}[{language}]")
        if script.skip is not None or result is None:
            continue
        wrong = _what_went_wrong(result)
        if wrong is None and result.transcript is not None:
            good[language] = expectations_of(result.transcript)[0]
            if script.server is not None:
                good[language].pop("exit", None)
        else:
            bad[language] = wrong or "it did not run"
    return good, bad


def _alike(good: Mapping[str, Mapping[str, object]]) -> list[list[str]]:
    """Group the languages whose expectations agree where the languages of one example must."""
    kinds: dict[str, list[str]] = {}
    for language, expect in good.items():
        kinds.setdefault(repr([expect.get(key) for key in sorted(_MAY_NOT_DIFFER)]), []).append(language)
    return list(kinds.values())


def _part(
    draft: Draft,
    name: str,
    languages: Sequence[str],
    unknown: Sequence[str],
    said: tuple[str, ...],
    good: Mapping[str, dict[str, object]],
    results: Mapping[str, RunResult],
) -> Draft:
    """Return the example *name* for *languages*, which behave alike, and for the *unknown* ones without a result."""
    expect, dropped = _common([good[language] for language in languages])
    scripts = {language: script for language, script in draft.scripts.items() if language in languages or language in unknown}
    said += tuple(f"not asserted: {key}, which did not hold in every language" for key in dropped)
    slowest_s = max(_seconds(results.get(f"{draft.id}[{language}]")) for language in languages)
    wall_s = math.ceil(slowest_s * _ROOM / 60) * 60 if slowest_s > _SLOW_S else None
    return replace(draft, id=name, scripts=scripts, guesses=said, expect=expect, wall_s=wall_s)


def _failed_part(draft: Draft, language: str, wrong: str) -> Draft:
    """Return an example for one language that failed, and that asks in another number of places than the others."""
    script = draft.scripts[language]
    said = (f"apart from {draft.id}, because it asks in another number of places", f"{script.file.name}: {wrong}")
    return replace(draft, id=f"{draft.id}-{language}", scripts={language: script}, guesses=said, expect=expected([script]))


def _seconds(result: RunResult | None) -> float:
    """Return how long a run took."""
    return result.transcript.process.duration_s if result and result.transcript else 0.0


_SLOW_S, _ROOM = 15, 5
"""A script that took longer gets so many times as long for each run to come, and no other limit than the usual one else."""


def _common(several: Sequence[Mapping[str, object]]) -> tuple[dict[str, object], list[str]]:
    """Return the expectations that all of *several* have, and the keys that only some have."""
    first = several[0]
    common = {key: value for key, value in first.items() if all(each.get(key) == value for each in several)}
    keys = dict.fromkeys(key for each in several for key in each)
    return common, [key for key in keys if key not in common]


def _what_went_wrong(result: RunResult) -> str | None:
    """Return why a run gives no expectations, or None."""
    seen = result.transcript
    if seen is None or seen.process.error is not None:
        return f"could not run: {_one_line(result.verdict.reason)}"
    if seen.process.limit is not None:
        return f"had to be ended at its {seen.process.limit} limit"
    served = seen.process.served
    if served is not None and (refused := _refused(served)):
        return refused
    if served is not None and seen.exchanges:
        return _not_whole(seen)
    if (error := crashed(seen)) is not None or not seen.exchanges:
        return f"{'sent no request' if not seen.exchanges else 'crashed'}{_why(seen, error)}"
    if seen.process.exit_code != 0:
        return f"ended with {seen.process.exit_code}{_why(seen, error_line(seen.stderr.text))}"
    return _not_whole(seen)


def _refused(served: Served) -> str:
    """Return why a server did not answer as asked, or nothing."""
    if served.ready_at_s is None:
        return f"could not be asked: it {served.why}"
    bad = next((reply for reply in served.replies if reply.status not in range(200, 400)), None)
    return f"answered {bad.request} with {bad.status or bad.error}" if bad else ""


def _not_whole(seen: Transcript) -> str | None:
    """Return which answer was not whole although the script did not notice, or None."""
    bad = next((exchange for exchange in seen.exchanges if exchange.ending not in WHOLE_ENDINGS), None)
    if bad is not None:
        status = f" ({bad.response.status})" if bad.response else ""
        unnoticed = "it went on" if seen.process.served else "it exited with 0"
        return f"request {bad.number} to {bad.request.target} ended as {bad.ending}{status}, and {unnoticed} all the same"
    return None


def _why(seen: Transcript, error: str | None) -> str:
    reason = error or error_line(seen.stderr.text)
    return f": {_one_line(reason)}" if reason else ""


def _one_line(text: str) -> str:
    line = " ".join(_PLACE.sub("", text).split())
    return line if len(line) <= 160 else f"{line[:156]} ..."
