"""An entry is put behind the last one, in the manifest's own manner; nothing else changes by a byte."""

from pathlib import Path

import pytest
import yaml

from dvara_examples.core.errors import ManifestError
from dvara_examples.scaffold.entry import entry_lines
from dvara_examples.scaffold.insertion import inserted, with_variant

REPOSITORY = Path(__file__).resolve().parents[2]
ENTRY = {"id": "new-one", "title": "New: 'one'", "expect": {"stdout": {"matches": ["^a", "no"]}}, "variants": {"python": "a.py"}}

MANIFESTS = {
    "indented": "version: 1\nexamples:\n  - id: a\n    title: A\n",
    "not indented": "version: 1\nexamples:\n- id: a\n  title: A\n",
    "far in": "version: 1\nexamples:\n      - id: a\n        title: A\n      - id: b\n        title: B\n",
    "no line end": "version: 1\nexamples:\n  - id: a\n    title: A",
    "crlf": "version: 1\r\nexamples:\r\n  - id: a\r\n    title: A\r\n\r\n  - id: b\r\n    title: B\r\n",
    "another key behind": "examples:\n  - id: a\n    title: A\n\n# about the version\nversion: 1\n",
    "another key right behind": "examples:\n- id: a\n  title: A\nversion: 1\n",
    "comments": "version: 1 # 1\n# 2\nexamples: # 3\n  # 4\n  - id: a # 5\n    title: A\n    # 6\n  # 7\n# 8\n",
    "anchors": "version: 1\nexamples:\n  - &x\n    id: a\n    title: &t A\n  - id: b\n    title: *t\n",
    "alias last": "version: 1\nbase: &b {id: a, title: A}\nexamples:\n  - id: c\n    title: C\n  - *b\n",
    "anchored list": "version: 1\nexamples: &all\n  - id: a\n    title: A\n",
    "dash alone": "version: 1\nexamples:\n  -\n    id: a\n    title: A\n",
    "flow last": "version: 1\nexamples:\n  - {id: a,\n     title: [A,\n  B]}   # done\n",
    "literal last": "version: 1\nexamples:\n  - id: a\n    title: |\n      A\n      # no comment\n\nversion2: 1\n",
    "kept literal": "version: 1\nexamples:\n  - id: a\n    title: |+\n      A\n\n\n",
    "folded": "version: 1\nexamples:\n  - id: a\n    title: >-\n      A\n      B\n",
    "many lines": "version: 1\nexamples:\n  - id: a\n    title: 'A\n\n      B'\n",
    "quoted key": 'version: 1\n"examples":\n  - id: a\n    title: A\n',
    "document marks": "%YAML 1.1\n---\nversion: 1\nexamples:\n  - id: a\n    title: A\n...\n",
    "a key called examples inside": "version: 1\nother: {examples: [1]}\nexamples:\n  - id: a\n    title: A\n",
    "empty lines": "version: 1\n\nexamples:\n\n  - id: a\n    title: A\n\n\n  - id: b\n    title: B\n\n\n",
    "odd line ends": "version: 1\nexamples:\n  - id: a\n    title: 'A\u2028 B'\n",
}


def check(before: str) -> str:
    """Insert, and check that what was there is there still, around the entry; return the new text."""
    after = inserted(before, entry_lines(ENTRY), "manifest.yaml")
    common = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    tail = len(before) - common
    whole = before == after[:common] + after[len(after) - tail :] if tail else after.startswith(before)
    assert whole, after
    old, new = yaml.safe_load(before), yaml.safe_load(after)
    assert new["examples"] == [*old["examples"], ENTRY]
    assert {key: value for key, value in new.items() if key != "examples"} == {k: v for k, v in old.items() if k != "examples"}
    return after


@pytest.mark.parametrize("name", MANIFESTS)
def test_nothing_beside_the_entry_changes(name: str) -> None:
    """However a manifest is written, the old text is the new one without the entry, and every other value is as before."""
    check(MANIFESTS[name])


def test_the_shipped_manifest() -> None:
    """The one of this repository, with its anchors, comments and quotes, is kept byte for byte in front of the entry."""
    before = (REPOSITORY / "examples" / "manifest.yaml").read_bytes().decode()
    assert "&basic" in before
    after = check(before)
    assert after.startswith(before)
    assert after[len(before) :].startswith("\n  - id: new-one\n")


@pytest.mark.parametrize("name", ["indented", "crlf", "empty lines"])
def test_the_manner_of_the_manifest_is_kept(name: str) -> None:
    """Indentation, line ends and blank lines between entries are those that it has; again and again."""
    before = MANIFESTS[name]
    after = check(before)
    assert after.count("\r\n") == (after.count("\n") if name == "crlf" else 0)
    assert "  - id: new-one" in after
    again = inserted(after, entry_lines({**ENTRY, "id": "newer"}), "manifest.yaml")
    assert [entry["id"] for entry in yaml.safe_load(again)["examples"]][-2:] == ["new-one", "newer"]


def test_a_dense_list_stays_dense() -> None:
    """Where entries follow each other without a blank line, the new one does too."""
    assert "B\n      - id: new-one" in check(MANIFESTS["far in"])


@pytest.mark.parametrize("written", ["[{id: a, title: A}]", "\n  [\n  {id: a, title: A}\n  ]"])
def test_a_list_in_brackets_is_left_alone(written: str) -> None:
    """A flow list cannot be added to line by line: the message says where it is and what is accepted."""
    with pytest.raises(ManifestError, match=r"m\.yaml:\d+: examples is not written as a list of lines that begin with a dash"):
        inserted(f"version: 1\nexamples: {written}\n", entry_lines(ENTRY), "m.yaml")


HEAD = "version: 1\nexamples:\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- id: a\n  variants:\n    python: a.py\n", "- id: a\n  variants:\n    python: a.py\n    node: 'a: b.mjs'\n"),
        ("- id: a\n  variants:\n    python: a.py", "- id: a\n  variants:\n    python: a.py\n    node: 'a: b.mjs'\n"),
        (
            "- id: a\n  variants:\n      python:\n        file: a.py\n        args: [x,\n      y]\n\n# the next\n- id: b\n",
            "- id: a\n  variants:\n      python:\n        file: a.py\n        args: [x,\n      y]\n"
            "      node: 'a: b.mjs'\n\n# the next\n- id: b\n",
        ),
        ("- {id: a, variants: {python: a.py}}\n", '- {id: a, variants: {python: a.py, node: "a: b.mjs"}}\n'),
        (
            "- id: b\n  variants: {java: B.java}\n- id: a\n  variants:\n    python: a.py # here\n  title: A\n",
            "- id: b\n  variants: {java: B.java}\n- id: a\n  variants:\n    python: a.py # here\n"
            "    node: 'a: b.mjs'\n  title: A\n",
        ),
    ],
    ids=["block", "no line end", "long form", "flow", "not last"],
)
def test_a_variant_is_added_to_its_example(before: str, after: str) -> None:
    """One line, or one word between the braces, is new; every other byte stays."""
    added = with_variant(HEAD + before, "a", "node", "a: b.mjs", "m.yaml")
    assert added == HEAD + after
    crlf = with_variant((HEAD + before).replace("\n", "\r\n"), "a", "node", "a: b.mjs", "m.yaml")
    assert crlf == (HEAD + after).replace("\n", "\r\n")


def test_variants_that_stand_elsewhere_are_left_alone() -> None:
    """An alias would change other examples too."""
    text = "version: 1\nbase: &v {python: a.py}\nexamples:\n  - id: a\n    variants: *v\n"
    with pytest.raises(ManifestError, match="add node by hand"):
        with_variant(text, "a", "node", "a.mjs", "m.yaml")
