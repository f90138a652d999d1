"""Selection: what each kind of selector names, and what is said about one that names nothing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ExitCode, NothingSelected, SelectionError
from dvara_examples.manifest import Example, Manifest, Origin, Variant
from dvara_examples.records.model import Limits
from dvara_examples.selection.select import select

SCRIPTS = {
    "chat-basic": {"python": "chat_basic.py", "node": "chat-basic.mjs"},
    "stream-basic": {"python": "stream_basic.py", "node": "stream-basic.mjs", "java": "StreamBasic.java"},
    "stream-again": {"node": "stream-basic.mjs"},
    "x-odd": {"python": "odd.py"},
    "conform-cut": {"python": "stream_basic.py", "java": "Cut.java"},
}
EXPLICIT = {"conform-cut"}
TAGS = {
    "chat-basic": ("smoke",),
    "stream-basic": ("smoke", "streaming"),
    "stream-again": ("streaming",),
    "x-odd": (),
    "conform-cut": ("conformance",),
}


def make_example(root: Path, example_id: str) -> Example:
    """Build the example that SCRIPTS and TAGS describe."""
    here = Origin("manifest.yaml", 1, 1)
    variants = tuple(
        Variant(
            example_id=example_id,
            language=language,
            file=root / language / name,
            relative=f"{language}/{name}",
            args=(),
            env={},
            limits=Limits(),
            expect={},
            because=None,
            skip=None,
            origin=here,
        )
        for language, name in SCRIPTS[example_id].items()
    )
    return Example(example_id, "A title", TAGS[example_id], (), (), {}, Limits(), variants, here, opt_in=example_id in EXPLICIT)


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    """Four examples and an explicit one, whose scripts exist below tmp_path."""
    for scripts in SCRIPTS.values():
        for language, name in scripts.items():
            (tmp_path / language).mkdir(exist_ok=True)
            (tmp_path / language / name).touch()
    return Manifest(tmp_path / "manifest.yaml", tmp_path, tuple(make_example(tmp_path, i) for i in SCRIPTS))


def ids(variants: Sequence[Variant]) -> list[str]:
    """Return the full ids."""
    return [variant.id for variant in variants]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("chat-basic", ["chat-basic[python]", "chat-basic[node]"]),
        ("stream-basic[java]", ["stream-basic[java]"]),
        ("stream-*", ["stream-basic[python]", "stream-basic[node]", "stream-basic[java]", "stream-again[node]"]),
        ("*[node]", ["chat-basic[node]", "stream-basic[node]", "stream-again[node]"]),
        ("*-basic[python]", ["chat-basic[python]", "stream-basic[python]"]),
        ("stream-basic[*a*]", ["stream-basic[java]"]),
        ("?-odd", ["x-odd[python]"]),
        ("node/stream-basic.mjs", ["stream-basic[node]", "stream-again[node]"]),
        ("./python/../java/StreamBasic.java", ["stream-basic[java]"]),
    ],
)
def test_a_selector_names_what_it_says(selector: str, expected: list[str], manifest: Manifest, tmp_path: Path) -> None:
    """Ids, patterns and paths each name their variants, in the order of the manifest."""
    assert ids(select(manifest, [selector], cwd=tmp_path)) == expected


def test_all_and_nothing_mean_everything(manifest: Manifest, tmp_path: Path) -> None:
    """Without a selector, and with all, every variant is chosen, but those that have to be asked for."""
    usual = tuple(variant for variant in manifest.variants if variant.example_id not in EXPLICIT)
    assert select(manifest, [], cwd=tmp_path) == select(manifest, ["all"], cwd=tmp_path) == usual


def test_what_is_explicit_is_chosen_by_id_pattern_or_tag(manifest: Manifest, tmp_path: Path) -> None:
    """An id, a pattern, a tag without a selector, and the path of a script that nothing else has: nothing else names it."""
    both = ["conform-cut[python]", "conform-cut[java]"]
    assert ids(select(manifest, ["conform-cut"], cwd=tmp_path)) == both
    assert ids(select(manifest, ["conform-*"], cwd=tmp_path)) == both
    assert ids(select(manifest, [], [], ["conformance"], tmp_path)) == both
    assert ids(select(manifest, [], ["java"], ["conformance"], tmp_path)) == ["conform-cut[java]"]
    assert ids(select(manifest, ["java/Cut.java"], cwd=tmp_path)) == ["conform-cut[java]"]
    assert ids(select(manifest, ["python/stream_basic.py"], cwd=tmp_path)) == ["stream-basic[python]"]
    assert ids(select(manifest, [], ["java"], cwd=tmp_path)) == ["stream-basic[java]"]
    with pytest.raises(NothingSelected, match="has the tag conformance; the selected ones have smoke, streaming"):
        select(manifest, ["all"], [], ["conformance"], tmp_path)


def test_a_manifest_of_explicit_examples_alone_has_no_all(manifest: Manifest, tmp_path: Path) -> None:
    """Where all would be nothing, the user is told how to name what there is."""
    explicit = replace(manifest, examples=manifest.examples[-1:])
    with pytest.raises(NothingSelected, match="every example is opt-in"):
        select(explicit, ["all"], cwd=tmp_path)


def test_what_is_named_twice_is_chosen_once(manifest: Manifest, tmp_path: Path) -> None:
    """However many selectors name a variant, and in whatever order, it comes once, in the manifest's order."""
    chosen = select(manifest, ["x-odd", "stream-basic[node]", "*[node]", "chat-basic"], cwd=tmp_path)
    assert ids(chosen) == ["chat-basic[python]", "chat-basic[node]", "stream-basic[node]", "stream-again[node]", "x-odd[python]"]


def test_a_path_is_seen_from_the_working_directory_the_root_or_absolutely(manifest: Manifest, tmp_path: Path) -> None:
    """A script can be named from any folder, and through a symbolic link to one."""
    (tmp_path / "linked").symlink_to("java")
    places = [
        ("StreamBasic.java", tmp_path / "java"),
        ("java/StreamBasic.java", tmp_path / "node"),
        (str(tmp_path / "java" / "StreamBasic.java"), Path("/")),
        ("linked/StreamBasic.java", tmp_path),
    ]
    for selector, cwd in places:
        assert ids(select(manifest, [selector], cwd=cwd)) == ["stream-basic[java]"]


def test_languages_and_tags_narrow_the_choice(manifest: Manifest, tmp_path: Path) -> None:
    """Within one filter any word is enough; both filters have to hold."""
    assert ids(select(manifest, [], ["java", "python"], ["streaming"], tmp_path)) == [
        "stream-basic[python]",
        "stream-basic[java]",
    ]
    assert ids(select(manifest, ["chat-basic"], ["node"], cwd=tmp_path)) == ["chat-basic[node]"]


@pytest.mark.parametrize(
    ("selector", "sentence"),
    [
        ("steam-basic", "unknown example 'steam-basic'; did you mean 'stream-basic'?"),
        ("steam-basic[node]", "unknown example 'steam-basic[node]'; did you mean 'stream-basic'?"),
        ("chat-basic[java]", "chat-basic has no variant in 'java'; known: node, python"),
        ("chat-basic[nod]", "chat-basic has no variant in 'nod'; did you mean 'node'?"),
        ("chat-basic[]", "chat-basic has no variant in ''"),
        ("straem-*", "the pattern 'straem-*' matches no example"),
        ("python/chat-basic.py", "no example's script is 'python/chat-basic.py'; did you mean python/chat_basic.py?"),
        ("chat_basic.py", "no example's script is 'chat_basic.py'; did you mean"),
        ("[ab]", "unknown example '[ab]'"),
        ("", "unknown example ''"),
    ],
)
def test_a_selector_that_names_nothing_is_an_error(selector: str, sentence: str, manifest: Manifest, tmp_path: Path) -> None:
    """The nearest thing that exists is told, even where other selectors are right."""
    with pytest.raises(SelectionError) as caught:
        select(manifest, ["all", selector], cwd=tmp_path)
    assert str(caught.value).startswith(sentence)
    assert caught.value.exit_code is ExitCode.USAGE


def test_unknown_languages_and_tags_are_errors(manifest: Manifest, tmp_path: Path) -> None:
    """A word that no variant has, in any language that could be had, is a mistake and not an empty choice."""
    with pytest.raises(SelectionError, match="unknown language 'pyhton'; did you mean 'python'"):
        select(manifest, [], ["pyhton"], cwd=tmp_path)
    with pytest.raises(SelectionError, match="unknown tag 'smok'; did you mean 'smoke'"):
        select(manifest, [], [], ["smok"], tmp_path)


def test_right_words_that_leave_nothing_say_which_emptied_it(manifest: Manifest, tmp_path: Path) -> None:
    """An empty choice names the filter that emptied it, and what could have been asked for."""
    with pytest.raises(NothingSelected, match="has the language java; the selected ones have node, python") as caught:
        select(manifest, ["chat-basic"], ["java"], ["smoke"], tmp_path)
    assert caught.value.exit_code is ExitCode.NOTHING_SELECTED
    with pytest.raises(NothingSelected, match="has the tag smoke or streaming; the selected ones have no tag at all"):
        select(manifest, ["x-odd"], [], ["smoke", "streaming"], tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "tag(smoke) & !language(java)",
            ["chat-basic[python]", "chat-basic[node]", "stream-basic[python]", "stream-basic[node]"],
        ),
        ("id(stream-*) & language(node)", ["stream-basic[node]", "stream-again[node]"]),
        ("id(*[java])", ["stream-basic[java]", "conform-cut[java]"]),
        ("file(stream-basic.mjs)", ["stream-basic[node]", "stream-again[node]"]),
        ("file(java/*)", ["stream-basic[java]"]),
        ("none() | id(x-odd)", ["x-odd[python]"]),
        ("!id(stream-*) & !language(node)", ["chat-basic[python]", "x-odd[python]"]),
        ("!needs(scripted) & language(java)", ["stream-basic[java]"]),
        ("tag(conformance)", ["conform-cut[python]", "conform-cut[java]"]),
        ("opt_in() & language(java)", ["conform-cut[java]"]),
    ],
)
def test_a_filter_chooses_what_it_holds_for(text: str, expected: list[str], manifest: Manifest, tmp_path: Path) -> None:
    """Without a selector every variant is asked; what is explicit comes only where an id, a tag or explicit() asks for it."""
    assert ids(select(manifest, [], cwd=tmp_path, filters=[text])) == expected


def test_filters_narrow_what_selectors_name(manifest: Manifest, tmp_path: Path) -> None:
    """A selector says what there is to choose from, explicit examples included, and any one of several filters is enough."""
    assert ids(select(manifest, ["conform-*"], cwd=tmp_path, filters=["!language(java)"])) == ["conform-cut[python]"]
    assert ids(select(manifest, [], [], ["conformance"], tmp_path, ["!language(java)"])) == ["conform-cut[python]"]
    both = select(manifest, ["all"], cwd=tmp_path, filters=["id(x-odd)", "tag(smoke) & language(java)"])
    assert ids(both) == ["stream-basic[java]", "x-odd[python]"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tag(smok)", "at column 5: nothing has the tag 'smok'; did you mean 'smoke'? known: conformance, smoke, streaming"),
        ("all() & language(jav)", "at column 18: nothing has the language 'jav'; did you mean 'java'?"),
        ("needs(scrpted)", "at column 7: nothing has the needs 'scrpted'; did you mean 'scripted'?"),
        ("id(steam-basic)", "at column 4: nothing has the id 'steam-basic'; did you mean 'stream-basic'?"),
        ("id(straem-*)", "at column 4: nothing has the id 'straem-*'; "),
        ("file(chatbasic.py)", "at column 6: nothing has the file 'chatbasic.py'; did you mean 'python/chat_basic.py'?"),
    ],
)
def test_a_word_in_a_filter_that_fits_nothing_is_an_error(text: str, told: str, manifest: Manifest, tmp_path: Path) -> None:
    """The column, and the nearest word that fits something."""
    with pytest.raises(SelectionError) as refused:
        select(manifest, [], cwd=tmp_path, filters=[text])
    assert told in str(refused.value)


def test_a_filter_that_leaves_nothing_says_so(manifest: Manifest, tmp_path: Path) -> None:
    """Exit 4 with the filter, and a word about explicit examples where it holds for those alone."""
    with pytest.raises(NothingSelected, match=r"matches the filter 'none\(\)'$"):
        select(manifest, [], cwd=tmp_path, filters=["none()"])
    with pytest.raises(NothingSelected, match=r"it matches only opt-in examples: ask for them with id"):
        select(manifest, [], cwd=tmp_path, filters=["file(Cut.java)"])
