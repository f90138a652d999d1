"""Everything is decided before anything starts."""

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.manifest import Example, Manifest, Origin, Variant
from dvara_examples.records.model import Limits
from dvara_examples.selection.options import Shard
from dvara_examples.session.plan import MissingToolchain, Offered, Plan, make_plan, part_of, probe_all, repeated
from dvara_examples.toolchains import Missing, Runtime

NODE = Runtime("node", "20.1.0", Path("/usr/bin/node"), "PATH")
NO_JAVA = Missing("java", "no JDK 21 or newer was found; install one")
ORIGIN = Origin("manifest.yaml", 1, 1)


def variant(language: str, *, skip: str | None = None) -> Variant:
    """Build a variant of the one example."""
    return Variant("demo", language, Path(f"/x/demo.{language}"), "demo", (), {}, Limits(), {}, None, skip, ORIGIN)


def plan(variants: Sequence[Variant], *, needs: tuple[str, ...] = (), missing: MissingToolchain = MissingToolchain.SKIP) -> Plan:
    """Plan *variants* of one example on a machine with Node alone and a gateway that can be scripted."""
    example = Example("demo", "Demo", (), needs, (), {}, Limits(), tuple(variants), ORIGIN)
    manifest = Manifest(Path("/x/manifest.yaml"), Path("/x"), (example,))
    return make_plan(manifest, variants, {"node": NODE, "java": NO_JAVA}, Offered(frozenset({"scripted"})), missing)


def test_a_missing_runtime_is_a_skip_or_an_error_with_its_reason() -> None:
    """At a desk it is skipped, where the user says so it is an error; the other language runs either way."""
    at_desk = plan([variant("node"), variant("java")])
    assert [(run.skip, run.error) for run in at_desk.runs] == [(None, None), (NO_JAVA.reason, None)]
    on_ci = plan([variant("node"), variant("java")], missing=MissingToolchain.ERROR)
    assert [(run.skip, run.error) for run in on_ci.runs] == [(None, None), (None, NO_JAVA.problem)]
    assert at_desk.to_start == (at_desk.runs[0],)
    assert at_desk.runtimes == (NODE,)


def test_a_need_that_the_gateway_does_not_meet_is_a_skip_that_names_it() -> None:
    """Needs that are met do not matter; one that is not skips the run before its runtime is looked at."""
    assert plan([variant("node")], needs=("scripted",)).runs[0].skip is None
    skipped = plan([variant("java")], needs=("scripted", "governance"), missing=MissingToolchain.ERROR).runs[0]
    assert skipped.skip == "the gateway does not offer what it needs: governance"
    assert skipped.error is None


@pytest.mark.parametrize(
    ("models", "listed", "own", "lacking"),
    [
        (("a", "b"), ("a", "c"), None, "b"),
        (("a", "b"), ("a", "c"), "c", "b"),
        (("a",), ("c",), "c", ""),
        (("a",), ("c",), "d", "d"),
        (("a", "b"), (), None, ""),
        (("a", "b"), ("*",), None, ""),
        ((), ("c",), None, ""),
    ],
)
def test_a_model_that_the_gateway_does_not_list_is_a_skip(
    models: tuple[str, ...], listed: tuple[str, ...], own: str | None, lacking: str
) -> None:
    """The user's model stands for a single one; a gateway that lists none, or that can be scripted, is asked for any."""
    example = Example("demo", "Demo", (), (), (), {}, Limits(), (), ORIGIN, models=models)
    expected = f"the gateway does not list what it asks for: {lacking}" if lacking else None
    assert Offered(models=listed, model=own).lacks(example) == expected
    assert Offered(frozenset({"scripted"}), models=listed, model=own).lacks(example) is None


@pytest.mark.parametrize(("pattern", "skips"), [("demo", True), ("de*", True), ("text", True), ("other", False)])
def test_what_a_gateway_does_not_pass_on_is_a_skip_with_its_reason(pattern: str, *, skips: bool) -> None:
    """An example is named by its id, by a pattern that fits it, or by what its answers need."""
    example = Example("demo", "Demo", (), (), ({"text": "Hi", "status": 200},), {}, Limits(), (), ORIGIN)
    reason = f"the gateway does not pass on what it needs ({pattern}): it drops them"
    assert Offered(cannot={pattern: "it drops them"}).lacks(example) == (reason if skips else None)


def test_every_run_knows_its_example() -> None:
    """Whether it starts, is skipped or is an error."""
    variants = [variant("node"), variant("java"), variant("node", skip="no SDK yet")]
    for missing in MissingToolchain:
        for needs in ((), ("governance",)):
            runs = plan(variants, needs=needs, missing=missing).runs
            assert [run.example.id for run in runs] == ["demo"] * 3


def test_a_variant_that_is_always_skipped_says_why() -> None:
    """The manifest's own reason goes first."""
    assert plan([variant("node", skip="no SDK yet")]).runs[0].skip == "no SDK yet"


def test_each_language_is_probed_once() -> None:
    """However many variants there are, a runtime is asked for its version one time."""
    asked: list[str] = []

    def probe(language: str) -> Runtime | Missing:
        asked.append(language)
        return NODE if language == "node" else NO_JAVA

    assert probe_all(["node", "java", "node", "java"], probe) == {"java": NO_JAVA, "node": NODE}
    assert sorted(asked) == ["java", "node"]


LANGUAGES = ("java", "node", "python")
manifests = st.lists(st.sets(st.sampled_from(LANGUAGES), min_size=1), min_size=1, max_size=12)


def whole(shape: Sequence[set[str]], times: int = 1) -> Plan:
    """Plan a manifest with one example per entry of *shape*, which names its languages."""
    examples = []
    for number, spoken in enumerate(shape):
        variants = [replace(variant(language), example_id=f"e{number}") for language in sorted(spoken)]
        examples.append(Example(f"e{number}", "E", (), (), (), {}, Limits(), tuple(variants), ORIGIN))
    manifest = Manifest(Path("/x/manifest.yaml"), Path("/x"), tuple(examples))
    probed = {language: replace(NODE, language=language) for language in LANGUAGES}
    return repeated(make_plan(manifest, manifest.variants, probed, Offered(), MissingToolchain.SKIP), times)


@given(manifests, st.integers(1, 3), st.integers(1, 20))
def test_shards_are_a_balanced_partition(shape: list[set[str]], times: int, of: int) -> None:
    """Whatever the number, each run is in exactly one shard, in plan order; shards differ by at most one run of any language."""
    plan = whole(shape, times)
    shards = [part_of(plan, Shard(index, of)) for index in range(1, of + 1)]
    key = attrgetter("position", "repetition")
    together = [run for shard in shards for run in shard.runs]
    assert sorted(together, key=lambda run: (run.position, run.repetition or 0)) == list(plan.runs)
    for shard in shards:
        assert [key(run) for run in shard.runs] == [key(run) for run in plan.runs if run in shard.runs]
        assert shard.selected == len(plan.runs)
    assert [shard.shard for shard in shards] == [Shard(index, of) for index in range(1, of + 1)]
    for sizes in ([len(shard.runs) for shard in shards], *(_sizes(shards, language) for language in LANGUAGES)):
        assert max(sizes) - min(sizes) <= 1


def _sizes(shards: Sequence[Plan], language: str) -> list[int]:
    return [sum(run.variant.language == language for run in shard.runs) for shard in shards]


def test_a_shard_does_not_depend_on_what_the_machine_lacks() -> None:
    """A runtime that is missing here leaves every run in the shard where another machine has it."""
    here = plan([variant("node"), variant("java")])
    assert [run.variant.id for run in part_of(here, Shard(1, 2)).runs] == ["demo[java]"]
    assert here.runs[1].skip is not None


def test_repetitions_stand_side_by_side_and_are_numbered() -> None:
    """Each run is held so many times; once is what it was."""
    assert [(run.position, run.repetition) for run in whole([{"node"}, {"java"}], 2).runs] == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert [run.repetition for run in whole([{"node"}]).runs] == [None]
