"""The runtimes and package tools: those that are used, and those that were looked at and passed over."""

from collections.abc import Iterator

from dvara_examples.core.world import World
from dvara_examples.doctor.check import Check, State
from dvara_examples.toolchains import Missing, Runtime, Sighting, Standing, languages, load_toolchain

_STATES = {
    Standing.FITS: State.OK,
    Standing.PASSED_OVER: State.OK,
    Standing.OPTIONAL: State.OK,
    Standing.TO_FETCH: State.NOTE,
    Standing.MISSING: State.WRONG,
}


def check_languages(world: World) -> Iterator[Check]:
    """Yield one check per language, with a detail for each thing that was looked at."""
    for language in languages():
        toolchain = load_toolchain(language)
        found = toolchain.probe(world)
        details = tuple(_detail(sighting) for sighting in toolchain.survey(world))
        worst = next((state for state in (State.WRONG, State.NOTE) if any(d.state is state for d in details)), State.OK)
        if isinstance(found, Missing):
            yield Check(language, State.WRONG, "nothing here can run its examples", "", details)
        else:
            yield Check(language, worst, _in_words(found), "", details)


def _in_words(runtime: Runtime) -> str:
    if passed_over := runtime.details.get("passed_over"):
        return f"{runtime.version}, fetched, as {passed_over}" if passed_over == "none on PATH" else f"{runtime.version}, fetched"
    return f"{runtime.version}  {runtime.executable}"


def _detail(sighting: Sighting) -> Check:
    what = f"{sighting.what}  {sighting.where}".strip()
    text = f"{what}: {sighting.standing}" + (f", {sighting.why}" if sighting.why else "")
    return Check(sighting.what, _STATES[sighting.standing], text, sighting.mend)
