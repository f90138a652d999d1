"""What every example promises its readers, whatever the language; and that the broken ones are in order."""

import re
from pathlib import Path

import pytest
import yaml

from dvara_examples.expectations import expectation_keys

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples"
BROKEN = REPOSITORY / "tests" / "data" / "broken"
MOST_LINES = {"python": 40, "node": 40, "java": 60}
"""Of an example that people copy."""
THOROUGH = {"stream-robust": 72, "stream-wire": 104}
"""Examples that show everything in one place, and how long they may be."""
WITHOUT_ANSWER = ("embeddings", "list-models")
"""Examples that ask no model to write, so that nothing can be half an answer."""
ARMOUR = ("sys.modules", "BlockingQueue", ".test(error", "re.match", "re.search")
"""What no example has that people copy: guesses at an error by its words, and plumbing of its own."""


def _scripts(folder: Path) -> list[tuple[str, str, Path]]:
    """Return id, language and file of the variants in the manifest of *folder*, but of those that try another example."""
    manifest = yaml.safe_load((folder / "manifest.yaml").read_text("utf-8"))
    return [
        (example["id"], language, folder / file)
        for example in manifest["examples"]
        if not example.get("opt_in")
        for language, file in example["variants"].items()
    ]


SHIPPED = pytest.mark.parametrize(("example", "language", "file"), [pytest.param(*s, id=s[2].name) for s in _scripts(EXAMPLES)])


@SHIPPED
def test_an_example_is_one_region_short_enough_to_copy(example: str, language: str, file: Path) -> None:
    """The region tags carry the id, enclose the code and stand once; the whole file stays short."""
    lines = file.read_text("utf-8").splitlines()
    name = example.replace("-", "_")
    tags = [(number, line) for number, line in enumerate(lines) if re.search(r"\[(START|END) ", line)]
    assert [line.split("[")[1] for _, line in tags] == [f"START {name}]", f"END {name}]"]
    assert tags[1][0] == len(lines) - 1
    assert len(lines) <= THOROUGH.get(example, MOST_LINES[language])


@SHIPPED
def test_an_example_stands_alone(example: str, language: str, file: Path) -> None:
    """It takes address, key and model from the environment and knows neither the runner nor another service's key."""
    text = file.read_text("utf-8")
    for name in ("DVARA_URL", "DVARA_API_KEY", "DVARA_MODEL", "http://localhost:8080/v1", "DVARA_API_KEY is not set"):
        assert name in text
    for name in ("dvara_examples", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        assert name not in text
    assert f"Run it: DVARA_API_KEY=gw_... {'jbang' if language == 'java' else language} {file.name}" in text
    assert example  # the id is checked with the region


@SHIPPED
def test_an_example_that_people_copy_has_no_armour(example: str, language: str, file: Path) -> None:
    """It is written as the SDK's own pages would write it; what takes more belongs to the thorough ones."""
    text = file.read_text("utf-8")
    assert [word for word in ARMOUR if word in text and example not in THOROUGH] == [], language


@SHIPPED
def test_only_a_finish_reason_says_that_an_answer_is_whole(example: str, language: str, file: Path) -> None:
    """Each example looks at it, and has a way out for a failure."""
    text = file.read_text("utf-8")
    assert example in WITHOUT_ANSWER or re.search("(finish|stop)_?reason", text, re.IGNORECASE)
    assert {"python": "sys.exit(", "node": "process.exitCode = 1", "java": "System.exit(1)"}[language] in text, example


@pytest.mark.parametrize(("example", "language", "file"), [s for s in _scripts(EXAMPLES) if s[0] in THOROUGH])
def test_the_thorough_examples_speak_with_one_voice(example: str, language: str, file: Path) -> None:
    """Notices and reasons are worded alike, so that one expectation holds for all languages."""
    text = file.read_text("utf-8")
    said = ["[answer withheld by content filter]", "[answer cut off: ", "cut off: finish_reason is ", "connection failed: "]
    said += ["unreadable answer: ", "incomplete: the stream ended without a finish_reason"]
    assert [part for part in said if part not in text] == [], (example, language)


@pytest.mark.parametrize("file", sorted((EXAMPLES / "java").glob("*.java")), ids=lambda file: file.name)
def test_a_java_example_is_a_jbang_script_with_exact_dependencies(file: Path) -> None:
    """JBang alone can run it, and resolves the same versions everywhere."""
    lines = file.read_text("utf-8").splitlines()
    assert lines[:2] == ['///usr/bin/env jbang "$0" "$@" ; exit $?', "//JAVA 21+"]
    dependencies = [line.removeprefix("//DEPS ") for line in lines if line.startswith("//DEPS")]
    assert dependencies
    assert [named for named in dependencies if not re.fullmatch(r"[\w.-]+:[\w-]+:\d+\.\d+\.\d+", named)] == []
    by_hand = dependencies[0].startswith("com.fasterxml.jackson.core:jackson-databind:")
    assert by_hand == (file.name == "StreamWire.java")
    assert by_hand or dependencies[0].startswith(("com.openai:openai-java:", "com.anthropic:anthropic-java:"))


def test_all_java_examples_use_one_release_of_the_sdk() -> None:
    """A reader who copies two of them has one SDK."""
    texts = [file.read_text("utf-8") for file in (EXAMPLES / "java").glob("*.java")]
    releases = {release for text in texts for release in re.findall(r"openai-java:([\d.]+)", text)}
    assert len(releases) == 1


def test_every_broken_example_says_what_is_wrong_and_what_must_catch_it() -> None:
    """Each file names its defect; caught-by.yaml has one existing expectation for each id, in the manifest's order."""
    scripts = _scripts(BROKEN)
    caught_by = yaml.safe_load((BROKEN / "caught-by.yaml").read_text("utf-8"))
    assert list(caught_by) == list(dict.fromkeys(example for example, _, _ in scripts))
    assert set(caught_by.values()) <= set(expectation_keys())
    assert [file.name for _, _, file in scripts if "Defect: " not in file.read_text("utf-8")] == []


def _only_embedded(answer: dict[str, object]) -> bool:
    """Tell whether a gateway has to be told to answer so; pieces that come faster than usual are nothing that is judged."""
    delay_s = answer.get("piece_delay_s", 0)
    assert isinstance(delay_s, int | float)
    return bool(set(answer) - {"text", "json", "piece_delay_s"}) or delay_s > 0.02


def test_what_is_tried_on_any_gateway_has_no_answers_that_only_the_embedded_one_gives() -> None:
    """An entry whose answers are more than a text or a document, or come slowly, needs `scripted`: others may do otherwise."""
    manifest = yaml.safe_load((EXAMPLES / "manifest.yaml").read_text("utf-8"))
    explicit = [example for example in manifest["examples"] if example.get("opt_in")]
    scripted = {
        example["id"]
        for example in explicit
        if len(example.get("answers", [])) > 1 or any(map(_only_embedded, example.get("answers", [])))
    }
    needy = {example["id"] for example in explicit if "scripted" in example.get("needs", [])}
    assert scripted <= needy
    assert len(explicit) - len(needy) >= 38
