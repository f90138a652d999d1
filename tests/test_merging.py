"""What makes one whole of stored sessions, and what does not."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.core.errors import ExitCode, MergeError
from dvara_examples.records.run_json import About, RunDocument, RunEntry, RuntimeEntry, ShardEntry
from dvara_examples.session.plan import deal
from dvara_examples.session.shards import Named, merged_document

LANGUAGES = ("java", "node", "python")
ABOUT = About("2026-11-22T12:00:00+00:00", "embedded", "locked", {"node": RuntimeEntry("20.1.0", "PATH")}, "m.yaml", "digest", 0)


def runs(languages: Sequence[str], times: int = 1) -> list[RunEntry]:
    """Return the runs of a plan with one example per entry of *languages*, each held so many times."""
    numbers: Sequence[int | None] = range(1, times + 1) if times > 1 else [None]
    return [
        RunEntry(f"e{place}[{language}]", language, None, "", None, position=place, repetition=number)
        for place, language in enumerate(languages)
        for number in numbers
    ]


def shards(entries: Sequence[RunEntry], of: int) -> list[Named]:
    """Cut the whole of *entries* into documents, as *of* machines would have written them."""
    dealt = deal([entry.language for entry in entries], of)
    return [
        (
            f"folder-{index}",
            RunDocument(
                replace(ABOUT, selected=len(entries), shard=ShardEntry(index, of)),
                True,
                False,
                tuple(entry for entry, part in zip(entries, dealt, strict=True) if part == index),
            ),
        )
        for index in range(1, of + 1)
    ]


@given(st.lists(st.sampled_from(LANGUAGES)), st.integers(1, 3), st.integers(1, 9), st.randoms())
def test_shards_make_up_the_whole(languages: list[str], times: int, of: int, random: st.DataObject) -> None:
    """Whatever was cut, and in whatever order it comes, what is merged is the plan in its order."""
    entries = runs(languages, times)
    parts = shards(entries, of)
    random.shuffle(parts)  # type: ignore[attr-defined]
    document, remark = merged_document(parts)
    assert list(document.runs) == entries
    assert (document.about.shard, document.about.selected, document.finished, remark) == (None, len(entries), True, None)


def change(named: Named, **about: object) -> Named:
    """Return a session that was run otherwise."""
    return named[0], replace(named[1], about=replace(named[1].about, **about))  # type: ignore[arg-type]


def swapped(one: Named, other: Named) -> Named:
    """Return the session *one* with the runs of the *other*."""
    return one[0], replace(one[1], runs=other[1].runs)


WHOLE = runs(["node", "java", "node", "python", "java"])
OTHER = runs(["java", "java", "java", "java", "java"])
Spoil = Callable[[list[Named]], list[Named]]


@pytest.mark.parametrize(
    ("apply", "told"),
    [
        (lambda parts: parts[:2], "shard 3/3 is missing; name them all, or merge what there is with --allow-partial"),
        (lambda parts: parts[1:2], "shards 1/3, 3/3 are missing"),
        (lambda parts: [*parts, ("copy", parts[0][1])], "folder-1 and copy are both shard 1/3"),
        (lambda parts: [*parts, parts[0]], "folder-1 is named 2 times"),
        (lambda parts: [parts[0], *shards(WHOLE, 2)[1:]], "folder-1 is one of 3 shards, folder-2 one of 2"),
        (lambda parts: [parts[0], change(parts[1], manifest_sha256="x"), parts[2]], "from different manifests"),
        (lambda parts: [parts[0], change(parts[1], manifest_sha256=""), parts[2]], "folder-2 was written by an older release"),
        (lambda parts: [parts[0], change(parts[1], deps="latest"), parts[2]], "with --deps locked, folder-2 with latest"),
        (lambda parts: [parts[0], change(parts[1], repeat=2), parts[2]], "with --repeat 1, folder-2 with 2"),
        (lambda parts: [parts[0], change(parts[1], allow_flaky=True), parts[2]], "with --allow-flaky False, folder-2 with True"),
        (
            lambda parts: [swapped(parts[0], parts[1]), swapped(parts[1], parts[0]), parts[2]],
            "parts of different selections",
        ),
        (lambda parts: [parts[0], ("other", change(parts[0], shard=None)[1])], "folder-1 and other both hold "),
        (lambda parts: [*parts[:2], shards(WHOLE[:-1], 3)[2]], "parts of different selections"),
        (lambda parts: [parts[0], *shards(OTHER, 3)[1:]], "parts of different selections"),
    ],
)
def test_what_is_no_whole_is_refused_with_a_sentence(apply: Spoil, told: str) -> None:
    """The folders are named, and what to do."""
    with pytest.raises(MergeError) as refused:
        merged_document(apply(shards(WHOLE, 3)))
    assert told in str(refused.value)
    assert refused.value.exit_code is ExitCode.USAGE


def test_a_part_may_be_merged_if_that_is_wanted() -> None:
    """What there is comes in plan order, and a sentence says what is missing."""
    document, remark = merged_document(shards(WHOLE, 3)[::2], allow_partial=True)
    assert [entry.position for entry in document.runs] == sorted(entry.position for entry in document.runs)
    assert (len(document.runs) < document.about.selected, remark) == (True, "shard 2/3 is missing: this is a part of the whole")


def test_what_was_run_besides_may_be_merged_with_all_shards() -> None:
    """A session that was cut into no shards holds runs that none of them does."""
    besides = RunEntry("own[node]", "node", None, "", None, position=9)
    apart = ("apart", RunDocument(replace(ABOUT, selected=1), True, False, (besides,)))
    document, remark = merged_document([*shards(WHOLE, 3), apart])
    assert (list(document.runs), remark) == ([*WHOLE, besides], None)


def test_what_is_merged_began_with_the_first_and_names_every_release() -> None:
    """Machines may differ in their runtimes; both are told, each once."""
    first, second, third = shards(WHOLE, 3)
    second = change(second, started="2026-11-22T11:00:00+00:00", runtimes={"node": RuntimeEntry("22.0.0", "fetched")})
    document, _ = merged_document([first, second, third])
    assert document.about.started == "2026-11-22T11:00:00+00:00"
    assert document.about.runtimes == {"node": RuntimeEntry("20.1.0 and 22.0.0", "PATH and fetched")}


def test_sessions_that_share_no_run_are_merged_in_the_order_of_the_manifest() -> None:
    """Languages that were run on machines of their own come together; a run that two hold is refused by its name."""
    node = ("a", RunDocument(replace(ABOUT, selected=2), True, False, tuple(e for e in WHOLE if e.language == "node")))
    java_about = replace(ABOUT, selected=2, runtimes={"java": RuntimeEntry("21", "PATH")}, gateway="other")
    java = ("b", RunDocument(java_about, False, True, tuple(e for e in WHOLE if e.language == "java")))
    document, _ = merged_document([java, node])
    assert [entry.position for entry in document.runs] == [0, 1, 2, 4]
    assert (document.finished, document.interrupted) == (False, True)
    assert (sorted(document.about.runtimes), document.about.gateway) == (["java", "node"], "other and embedded")
    with pytest.raises(MergeError, match=r"a and c both hold e0\[node\]"):
        merged_document([node, ("c", node[1])])
