"""Whether stored sessions fit together, and the one session that they form; pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dvara_examples.core.errors import Diagnosis, MergeError
from dvara_examples.records.results import shown_id
from dvara_examples.records.run_json import About, RunDocument, RunEntry, RuntimeEntry
from dvara_examples.session.plan import deal

Named = tuple[str, RunDocument]
"""What a session is called, and what its ``run.json`` says."""
_DIFFERENT_CHOICES = Diagnosis("the shards are parts of different selections", "give each the same selectors and options")
_MUST_AGREE = {"deps": "--deps", "repeat": "--repeat", "allow_flaky": "--allow-flaky"}


def merged_document(sessions: Sequence[Named], *, allow_partial: bool = False) -> tuple[RunDocument, str | None]:
    """Return *sessions* as one, its runs in plan order, and a sentence about missing shards, if that is allowed.

    Raises MergeError if they are not parts of one whole.
    """
    _check_alike(sessions)
    missing = _missing_shards(sessions)
    _check_apart(sessions)
    if missing and not allow_partial:
        raise MergeError(missing, "name them all, or merge what there is with --allow-partial")
    entries = sorted((entry for _, each in sessions for entry in each.runs), key=_plan_order)
    if not missing:
        _check_dealt(sessions, entries)
    documents = [document for _, document in sessions]
    finished, interrupted = all(d.finished for d in documents), any(d.interrupted for d in documents)
    document = RunDocument(_about(documents, len(entries)), finished, interrupted, tuple(entries))
    return document, f"{missing}: this is a part of the whole" if missing else None


def _plan_order(entry: RunEntry) -> tuple[int, int]:
    return entry.position, entry.repetition or 0


def _check_alike(sessions: Sequence[Named]) -> None:
    first_name, first = sessions[0]
    for name, document in sessions:
        if not document.about.manifest_sha256:
            raise MergeError(f"{name} was written by an older release, which did not store what merging needs", "run it again")
        if document.about.manifest_sha256 != first.about.manifest_sha256:
            raise MergeError(f"{first_name} and {name} were run from different manifests", "run both from the same commit")
        for field, option in _MUST_AGREE.items():
            one, other = getattr(first.about, field), getattr(document.about, field)
            if one != other:
                raise MergeError(f"{first_name} was run with {option} {one}, {name} with {other}", "run both alike")


def _check_apart(sessions: Sequence[Named]) -> None:
    """Refuse two sessions that are the same shard, or contain the same run."""
    held: dict[object, str] = {}
    for name, document in sessions:
        shard = document.about.shard
        if shard is not None and (other := held.setdefault(shard, name)) != name:
            raise MergeError(f"{other} and {name} are both shard {shard.index}/{shard.of}", "name each shard once")
        for entry in document.runs:
            run_id = shown_id(entry.id, entry.repetition)
            if (other := held.setdefault(run_id, name)) != name:
                if all(each.about.shard for _, each in sessions):
                    raise MergeError(_DIFFERENT_CHOICES)
                raise MergeError(f"{other} and {name} both hold {run_id}", "merge sessions that have no run in common")
    for name, times in Counter(name for name, _ in sessions).items():
        if times > 1:
            raise MergeError(f"{name} is named {times} times", "name each session once")


def _missing_shards(sessions: Sequence[Named]) -> str:
    """Return a sentence about missing shards, or nothing."""
    shards = [(name, document.about.shard) for name, document in sessions if document.about.shard is not None]
    if not shards:
        return ""
    first_name, first = shards[0]
    for name, shard in shards:
        if shard.of != first.of:
            raise MergeError(f"{first_name} is one of {first.of} shards, {name} one of {shard.of}", "merge those of one run")
    there = {shard.index for _, shard in shards}
    missing = [f"{index}/{first.of}" for index in range(1, first.of + 1) if index not in there]
    if not missing:
        return ""
    return f"shard {missing[0]} is missing" if len(missing) == 1 else f"shards {', '.join(missing)} are missing"


def _check_dealt(sessions: Sequence[Named], entries: Sequence[RunEntry]) -> None:
    """Refuse shards of different selections, which together do not form one plan."""
    if any(document.about.shard is None for _, document in sessions):
        return
    actual = {(e.id, e.repetition): document.about.shard for _, document in sessions for e in document.runs}
    shards = [document.about.shard for _, document in sessions]
    of = next(shard.of for shard in shards if shard is not None)
    for entry, index in zip(entries, deal([entry.language for entry in entries], of), strict=True):
        shard = actual[entry.id, entry.repetition]
        if shard is None or shard.index != index:
            raise MergeError(_DIFFERENT_CHOICES)


def _about(documents: Sequence[RunDocument], runs: int) -> About:
    abouts = [document.about for document in documents]
    selected = max(runs, *(about.selected for about in abouts))
    return replace(
        abouts[0],
        started=min(about.started for about in abouts),
        gateway=_joined(about.gateway for about in abouts),
        runtimes=_runtimes(abouts),
        selected=selected,
        shard=None,
    )


def _runtimes(abouts: Sequence[About]) -> dict[str, RuntimeEntry]:
    """Return the runtime of each language; if machines differed, all of them."""
    languages = sorted({language for about in abouts for language in about.runtimes})
    found = {language: [a.runtimes[language] for a in abouts if language in a.runtimes] for language in languages}
    return {
        language: RuntimeEntry(_joined(each.version for each in entries), _joined(each.origin for each in entries))
        for language, entries in found.items()
    }


def _joined(words: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(words))
