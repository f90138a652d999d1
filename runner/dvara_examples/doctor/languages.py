"""The runtimes and package tools: those that are used, and those that were rejected."""

from collections.abc import Iterator

from dvara_examples.core.world import World
from dvara_examples.doctor.check import Check, CheckState
from dvara_examples.toolchains import Candidate, Fitness, Missing, Runtime, languages, load_toolchain

_STATES = {
    Fitness.FITS: CheckState.OK,
    Fitness.PASSED_OVER: CheckState.OK,
    Fitness.OPTIONAL: CheckState.OK,
    Fitness.TO_FETCH: CheckState.NOTE,
    Fitness.MISSING: CheckState.WRONG,
}


def check_languages(world: World) -> Iterator[Check]:
    """Yield one check per language, with a detail for each candidate."""
    for language in languages():
        toolchain = load_toolchain(language)
        there = world.of(language)
        found = toolchain.probe(there)
        details = tuple(_detail(candidate) for candidate in toolchain.candidates(there))
        worst = next(
            (state for state in (CheckState.WRONG, CheckState.NOTE) if any(d.state is state for d in details)), CheckState.OK
        )
        if isinstance(found, Missing):
            yield Check(language, CheckState.WRONG, "nothing here can run its examples", "", details)
        else:
            yield Check(language, worst, _in_words(found), "", details)


def _in_words(runtime: Runtime) -> str:
    if passed_over := runtime.details.get("passed_over"):
        return f"{runtime.version}, fetched, as {passed_over}" if passed_over == "none on PATH" else f"{runtime.version}, fetched"
    return f"{runtime.version}  {runtime.executable}"


def _detail(candidate: Candidate) -> Check:
    what = f"{candidate.what}  {candidate.where}".strip()
    text = f"{what}: {candidate.standing}" + (f", {candidate.why}" if candidate.why else "")
    return Check(candidate.what, _STATES[candidate.standing], text, candidate.hint)
