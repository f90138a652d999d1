"""Everything is decided before anything starts."""

from collections.abc import Sequence
from pathlib import Path

from dvara_examples.manifest import Example, Manifest, Origin, Variant
from dvara_examples.model import Limits
from dvara_examples.plan import MissingToolchain, Plan, make_plan, probe_all
from dvara_examples.toolchains import Missing, Runtime

NODE = Runtime("node", "20.1.0", Path("/usr/bin/node"), "PATH")
NO_JAVA = Missing("java", "no JDK 21 or newer was found; install one")
ORIGIN = Origin("manifest.yaml", 1, 1)


def variant(language: str, *, skip: str | None = None) -> Variant:
    """Build a variant of the one example."""
    return Variant("demo", language, Path(f"/x/demo.{language}"), "demo", (), {}, Limits(), {}, (), None, skip, ORIGIN)


def plan(variants: Sequence[Variant], *, needs: tuple[str, ...] = (), missing: MissingToolchain = MissingToolchain.SKIP) -> Plan:
    """Plan *variants* of one example on a machine with Node alone and a gateway that can be scripted."""
    example = Example("demo", "Demo", (), needs, (), {}, (), Limits(), tuple(variants), ORIGIN)
    manifest = Manifest(Path("/x/manifest.yaml"), Path("/x"), (example,))
    return make_plan(manifest, variants, {"node": NODE, "java": NO_JAVA}, frozenset({"scripted"}), missing)


def test_a_missing_runtime_is_a_skip_or_an_error_with_its_reason() -> None:
    """At a desk it is skipped, where the user says so it is an error; the other language runs either way."""
    at_desk = plan([variant("node"), variant("java")])
    assert [(run.skip, run.error) for run in at_desk.runs] == [(None, None), (NO_JAVA.reason, None)]
    on_ci = plan([variant("node"), variant("java")], missing=MissingToolchain.ERROR)
    assert [(run.skip, run.error) for run in on_ci.runs] == [(None, None), (None, NO_JAVA.reason)]
    assert at_desk.to_start == (at_desk.runs[0],)
    assert at_desk.runtimes == (NODE,)


def test_a_need_that_the_gateway_does_not_meet_is_a_skip_that_names_it() -> None:
    """Needs that are met do not matter; one that is not skips the run before its runtime is looked at."""
    assert plan([variant("node")], needs=("scripted",)).runs[0].skip is None
    skipped = plan([variant("java")], needs=("scripted", "governance"), missing=MissingToolchain.ERROR).runs[0]
    assert skipped.skip == "the gateway does not offer what it needs: governance"
    assert skipped.error is None


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
