"""The same behaviour in several languages is one example."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dvara_examples.scaffold.adopt.script import Surveyed
from dvara_examples.scaffold.adopt.titles import id_of, named_after, tags_of, title_in_readme, topic_of, words_of


@dataclass(frozen=True, slots=True)
class Draft:
    """A future example: one script per language; *guesses* are comments, and *expect* its expectations.

    *packages* are imports of scripts that no list declares; *wall_s* is a limit that suits slow ones.
    *made_up* tells that the title is the file's name.
    """

    id: str
    title: str
    tags: tuple[str, ...]
    scripts: Mapping[str, Surveyed]
    guesses: tuple[str, ...] = ()
    expect: Mapping[str, object] = field(default_factory=dict)
    packages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wall_s: int | None = None
    made_up: bool = False

    @property
    def endpoint(self) -> Mapping[str, object]:
        """The variables for address, key and model, except those that every run sets."""
        forms: dict[str, str] = {}
        keys: dict[str, None] = {}
        models: dict[str, None] = {}
        for script in self.runnable:
            own = dict(script.forms)
            forms |= {name: own.get(name, "") for name in script.address_variables if name not in SET_BY_RUNS}
            keys |= dict.fromkeys(name for name in script.key_variables if name not in SET_BY_RUNS)
            models |= dict.fromkeys(name for name in script.model_variables if name not in SET_BY_RUNS)
        usual = {name: form or "http://{host}/v1" for name, form in forms.items()}
        urls: object = usual if any(forms.values()) else list(forms)
        return {key: value for key, value in (("url", urls), ("key", list(keys)), ("model", list(models))) if value}

    @property
    def listen(self) -> int | None:
        """The port at which all of its scripts expect the gateway, if they agree on one."""
        ports = {script.port for script in self.runnable}
        return next(iter(ports)) if len(ports) == 1 else None

    @property
    def runnable(self) -> tuple[Surveyed, ...]:
        """The scripts that can run here."""
        return tuple(script for script in self.scripts.values() if script.skip is None)


SET_BY_RUNS = frozenset(
    {
        *("DVARA_URL", "DVARA_API_KEY", "DVARA_MODEL", "OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_API_KEY"),
        *("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"),
    }
)
"""The variables in which every run finds address, key and model."""


_SAY_NOTHING = frozenset({"main", "app", "index", "script", "run", "server", "client", "cli"})
"""Names of files that say less than the folder does."""


def group(found: Sequence[Surveyed], root: Path, taken: Collection[str]) -> tuple[Draft, ...]:
    """Group the scripts of one behaviour, in the order of their paths; no id is in *taken*.

    Scripts belong together if their names have the same words, in the same folders apart from those that name a language.
    """
    kinds: dict[tuple[tuple[str, ...], str], list[dict[str, Surveyed]]] = defaultdict(list)
    for script in found:
        sets = kinds[topic_of(script.relative), id_of(Path(script.relative).stem)]
        free = next((each for each in sets if script.language not in each and _alike(each.values(), script)), None)
        if free is None:
            sets.append({script.language: script})
        else:
            free[script.language] = script
    ids = set(taken)
    drafts = []
    for (topic, stem), sets in kinds.items():
        for number, scripts in enumerate(sets):
            example_id = _free_id(stem, topic, next(iter(scripts.values())), ids, first=number == 0)
            ids.add(example_id)
            drafts.append(_draft(example_id, topic, scripts, root))
    return tuple(drafts)


def _alike(others: Iterable[Surveyed], script: Surveyed) -> bool:
    """Tell whether *script* may do the same as *others*: it streams if they do, and is skipped if they are."""
    return all((bool(other.streams), other.server) == (bool(script.streams), script.server) for other in others)


def _free_id(stem: str, topic: tuple[str, ...], script: Surveyed, taken: Collection[str], *, first: bool) -> str:
    """Return the stem, or with its folder or language added the first id that is free."""
    folder = words_of(topic[-1]) if topic else ()
    suffix = script.file.suffix.lstrip(".")
    long = "-".join((*folder, stem)) if folder and tuple(stem.split("-")[: len(folder)]) != folder else stem
    if folder and stem in _SAY_NOTHING:
        stem, long = "-".join(words_of(re.sub(r"^\d+[-_. ]+(?=\D)", "", topic[-1]))), long
    options = [stem, long] if first else []
    options += [f"{long}-{script.language}", f"{long}-{suffix}"]
    for option in options:
        if option not in taken and option != "all":
            return option
    number = 2
    while f"{long}-{number}" in taken:
        number += 1
    return f"{long}-{number}"


def _draft(example_id: str, topic: tuple[str, ...], scripts: Mapping[str, Surveyed], root: Path) -> Draft:
    own = {language: script.title for language, script in scripts.items()}
    if not any(own.values()):
        own["README"] = next(filter(None, (title_in_readme(script.file, root) for script in scripts.values())), "")
    title, made_up = named_after(own, example_id)
    guesses = []
    if len(scripts) > 1:
        guesses.append(f"{', '.join(scripts)} grouped by their name")
    for script in scripts.values():
        if script.server is not None and script.skip is None:
            guesses.append(f"{script.file.name} is a server: ready and send were guessed from its text")
        if script.env and script.skip is None:
            guesses.append(f"{script.file.name} needs {', '.join(script.env)}: the values under env were guessed")
        guesses += [f"{script.file.name}: {remark}" for remark in script.remarks]
    return Draft(example_id, title, tags_of(topic), scripts, tuple(guesses), expected(tuple(scripts.values())), made_up=made_up)


def expected(scripts: Sequence[Surveyed]) -> dict[str, object]:
    """Return the expectations for scripts that nobody has run yet: success, at least one request, and a whole answer."""
    if any(script.server for script in scripts):
        return {"requests": {"min": 1}}  # it is stopped, so how it ends says nothing
    expect: dict[str, object] = {"exit": 0, "requests": {"min": 1}}
    if all(script.streams and script.streams == script.asks for script in scripts):
        expect["ends"] = "done"
    elif all(not script.streams and script.asks for script in scripts):
        expect["ends"] = "answered"
    return expect
