"""Options and words of other test runners, with their equivalents here: each names something that the command at hand has."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ours:
    """What a foreign option is called here: *text*, on commands that have the option *where*, by default the one in *text*."""

    text: str
    where: str = ""

    @property
    def needs(self) -> str:
        """The option that a command must have for this to hold of it."""
        return self.where or self.text.split()[0]


_RUNS, _SELECTS, _REPORTS = "--max-requests", "--filter", "--report KIND[=PATH]"
"""Options by which commands are known that run something, that select examples, and that write reports of every kind."""
_JUNIT = (Ours("--report junit=PATH", _REPORTS),)
_ONE_WORD = Ours("-E 'id(*WORD*)'"), Ours("--case '*WORD*'")
_FAIL_FAST, _JOBS, _RETRIES = (Ours("--fail-fast"),), (Ours("--jobs N"),), (Ours("--retries N"),)
_WALL = Ours("limits: {wall_s: N} in the manifest", _SELECTS), Ours("limits: {wall_s: N} in the manifest", _RUNS)
_PLAN = Ours("the command `plan`", _SELECTS), Ours("--dry-run"), Ours("--list")
_NAMED = Ours("a selector: `dvara-examples run ID`", _SELECTS), Ours("--case ID")

OPTIONS: Mapping[str, tuple[Ours, ...]] = {
    "-k": _ONE_WORD,  # pytest
    "-m": (Ours("--tag TAG"),),
    "-x": _FAIL_FAST,
    "-n": _JOBS,
    "-s": (Ours("--verbose", _RUNS),),
    "--lf": (Ours("--last-failed"),),
    "--ff": (Ours("--last-failed"),),
    "--maxfail": _FAIL_FAST,
    "--exitfirst": _FAIL_FAST,
    "--junitxml": _JUNIT,
    "--junit-xml": _JUNIT,
    "--collect-only": _PLAN,
    "--co": _PLAN,
    "--reruns": _RETRIES,
    "--numprocesses": _JOBS,
    "--timeout": _WALL,
    "--session": _NAMED,  # nox
    "--sessions": _NAMED,
    "--list-sessions": (Ours("the command `list`", _SELECTS), Ours("--list")),
    "--no-install": (Ours("--offline"),),
    "--reporter": (Ours("--report KIND[=PATH]", _REPORTS),),  # Playwright
    "--workers": _JOBS,
    "--grep": _ONE_WORD,
    "-g": _ONE_WORD,
    "--project": (Ours("--language LANGUAGE"),),
    "--repeat-each": (Ours("--repeat N"),),
    "--max-failures": _FAIL_FAST,
    "--test": (Ours("the default: every run is judged", _RUNS),),  # hurl
    "--glob": (Ours("a glob as selector: `dvara-examples run 'stream-*'`", _SELECTS), Ours("--case GLOB")),
    "--report-junit": _JUNIT,
    "--report-html": (Ours("--report html=PATH", _REPORTS),),
    "--report-json": (Ours("--report json=PATH", _REPORTS),),
    "--max-time": _WALL,
    "--retry": _RETRIES,
    "--parallel": _JOBS,
    "--variable": (Ours("env in the manifest", _SELECTS), Ours("env in the manifest", _RUNS)),
}
"""Options of pytest and its plug-ins, nox, Playwright and hurl, each with its names here, the usual one first."""


def hint_for_option(option: str, known: Collection[str], command: str) -> str | None:
    """Return what to say of a foreign *option* to a user of *command*, whose options are *known*, some with their values."""
    if (names := OPTIONS.get(option)) is None:
        return None
    if (ours := next((each for each in names if each.needs in known), None)) is not None:
        return f"{option} is {ours.text} here"
    if "--manifest" in known and names[0].text.startswith("-"):
        return f"`{command}` has no equivalent of {option}; `dvara-examples run` has {names[0].text}"
    return None


_EXAMPLE, _VARIANT, _BOTH = "an example", "a variant", "an example or a variant"
KEYS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "xfail": (("known_failure", _VARIANT),),
    "timeout": (("limits: {wall_s: N}", _BOTH),),
    "skipif": (("skip", _VARIANT), ("needs", _EXAMPLE)),
    "marks": (("tags", _EXAMPLE),),
    "markers": (("tags", _EXAMPLE),),
    "asserts": (("expect", _BOTH),),
    "assertions": (("expect", _BOTH),),
    "environment": (("env", _BOTH),),
    "name": (("id, or title", _EXAMPLE),),
    "script": (("variants", _EXAMPLE), ("file", _VARIANT)),
    "scripts": (("variants", _EXAMPLE), ("file", _VARIANT)),
    "command": (("variants, with args", _EXAMPLE), ("file, with args", _VARIANT)),
}
"""Keys that manifests of other tools have, each with its names here and what has a key of that name."""


def hint_for_key(key: str, known: Collection[str]) -> str | None:
    """Return what to say of a foreign *key* in a mapping whose keys are *known*."""
    if key == "retries":
        return "retries is the option --retries here"
    if (names := KEYS.get(key)) is None:
        return None
    if (here := next((text for text, _ in names if text.partition(",")[0].partition(":")[0] in known), None)) is not None:
        return f"{key} is called {here} here"
    text, owner = names[0]
    return f"{key} is called {text} here, and belongs to {owner}"
