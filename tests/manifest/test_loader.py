"""The loader: what a manifest's words become, and what no manifest in a file can show."""

import gc
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.core.errors import ManifestError
from dvara_examples.faults import in_words, parse_faults
from dvara_examples.manifest import Origin, load_manifest
from dvara_examples.manifest.vocabulary import Vocabulary
from dvara_examples.records.model import AtTerminal, Limits
from dvara_examples.records.transcript import KnownFailure
from dvara_examples.toolchains import Packages

DATA = Path(__file__).parents[1] / "data"
SMALL = "version: 1\nexamples:\n- {id: hello, title: Says hello, expect: {exit: 0}, variants: {python: hello.py}}\n"

WriteManifest = Callable[..., Path]


@pytest.fixture
def refusal(vocabulary: Vocabulary) -> Callable[[Path], str]:
    """Return a function that loads a manifest, which must be refused, and gives the message."""

    def load(path: Path) -> str:
        with pytest.raises(ManifestError) as caught:
            load_manifest(path, path.parent, vocabulary=vocabulary)
        return str(caught.value)

    return load


def test_expectations_know_their_lines(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """Those of a variant's own stand before those of its example; what an alias stands for has no line of its own."""
    for name in ("a.py", "b.mjs"):
        (tmp_path / name).touch()
    (tmp_path / "manifest.yaml").write_text(
        "version: 1\nexamples:\n- id: a\n  title: A\n  expect:\n    exit: 0\n    requests: 1\n  variants:\n    python: a.py\n"
        "    node:\n      file: b.mjs\n      because: it asks twice\n      expect: {requests: 2}\n"
    )
    python, node = load_manifest(tmp_path / "manifest.yaml", tmp_path, vocabulary=vocabulary).variants
    assert python.expected_at == {"exit": "manifest.yaml:6", "requests": "manifest.yaml:7"}
    assert node.expected_at == {"exit": "manifest.yaml:6", "requests": "manifest.yaml:13"}


def test_pages_are_named_as_seen_from_the_root(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """They are patterns, and whether a page fits them is asked only by whoever needs pages."""
    (tmp_path / "hello.py").touch()
    (tmp_path / "manifest.yaml").write_text(SMALL.replace("examples:", "docs: [README.md, docs/*.md]\nexamples:"))
    assert load_manifest(tmp_path / "manifest.yaml", tmp_path, vocabulary=vocabulary).docs == ("README.md", "docs/*.md")


def test_everything_said_arrives_in_the_model(vocabulary: Vocabulary) -> None:
    """Example, defaults and variant are merged: the variant's own words win, key by key."""
    root = DATA / "good-manifests" / "everything"
    manifest = load_manifest(root / "manifest.yaml", root, vocabulary=vocabulary)
    example, second = manifest.examples
    python, node, java = example.variants
    assert (example.id, example.tags, example.needs) == ("stream-basic", ("smoke", "streaming"), ("scripted",))
    assert example.answers == ({"text": "Hello there", "piece_delay_s": 0.05}, "Hello again")
    assert example.limits == Limits(wall_s=60.0, idle_s=10.0)
    assert (python.args, python.env) == (("--times", "2"), {"NO_COLOR": "1"})
    assert (node.file, node.relative) == (root / "node" / "stream-basic.mjs", "node/stream-basic.mjs")
    assert java.expect == {**example.expect, "requests": 1, "finish_reason": "stop"}
    assert (java.args, java.env) == ((), {"NO_COLOR": "1", "JAVA_TOOL_OPTIONS": "-Xshare:auto"})
    assert (java.limits, java.skip) == (Limits(wall_s=90.5, idle_s=10.0), "waits for a newer JDK")
    known = KnownFailure(("finish_reason",), "the last event is lost", "https://bugs.example.com/1")
    assert (java.known_failure, node.known_failure) == (known, None)
    assert (java.because, node.because) == ("Java has no SDK that retries", None)
    assert second.variants[0].relative == "node/stream-basic.mjs"
    assert [in_words(parse_faults(entry)) for entry in example.faults] == ["none", "cut after 3 events"]
    assert (example.opt_in, second.opt_in) == (False, True)
    assert (example.url, second.url) == ("https://{host}/api/v1/", None)
    assert (example.at_terminal, second.at_terminal) == (AtTerminal(8, 12), AtTerminal(None, None))
    assert [v.id for v in manifest.variants] == [
        "stream-basic[python]",
        "stream-basic[node]",
        "stream-basic[java]",
        "chat-basic[node]",
    ]


def test_examples_and_variants_know_where_they_begin(vocabulary: Vocabulary) -> None:
    """An origin is the position of the example's first key, or of the variant's language."""
    root = DATA / "good-manifests" / "everything"
    example = load_manifest(root / "manifest.yaml", root, vocabulary=vocabulary).examples[0]
    lines = (root / "manifest.yaml").read_text().splitlines()
    assert example.origin == Origin("manifest.yaml", lines.index("  - id: stream-basic") + 1, 5)
    assert example.variants[2].origin == Origin("manifest.yaml", lines.index("      java:") + 1, 7)


def test_quoted_words_stay_text(vocabulary: Vocabulary) -> None:
    """Quotes, or the tag !!str, make text of whatever YAML would read as something else."""
    root = DATA / "good-manifests" / "yaml-words"
    example = load_manifest(root / "manifest.yaml", root, vocabulary=vocabulary).examples[0]
    assert (example.id, example.title, example.tags) == ("no", "1.20", ("2024-01-31", "010"))
    assert example.variants[0].args == ("no", "010")
    words = [True, False, None, 31, -1, 2, 1.5, 0.5, "1e3", "y", "n", "1.2.3"]
    assert example.expect["stdout_json"] == {"equals": {"yes or no": words}}


def test_the_file_is_named_as_seen_from_where_the_user_is(
    write_manifest: WriteManifest, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    """Messages name the manifest relative to the folder of display, and in full outside it."""
    path = write_manifest("version: 2\n")
    for display, shown in ((tmp_path.parent, f"{tmp_path.name}/manifest.yaml"), (tmp_path / "other", str(path))):
        with pytest.raises(ManifestError, match=f"^{re.escape(shown)}:1:10: version: expected 1, found the number 2"):
            load_manifest(path, tmp_path, display=display, vocabulary=vocabulary)


def test_a_path_that_is_no_file_is_refused_without_opening_it(refusal: Callable[[Path], str], tmp_path: Path) -> None:
    """A missing file, a folder and a FIFO (which would block whoever opens it) each get a sentence."""
    os.mkfifo(tmp_path / "fifo")
    assert "found no such file" in refusal(tmp_path / "none.yaml")
    assert "found a folder" in refusal(tmp_path)
    assert "not a regular file" in refusal(tmp_path / "fifo")
    assert "expected a readable manifest" in refusal(tmp_path / "nul\0")


def test_what_the_system_will_not_open_is_refused(refusal: Callable[[Path], str], tmp_path: Path) -> None:
    """The operating system's own reason is told: here a symbolic link that leads to itself."""
    path = tmp_path / "manifest.yaml"
    path.symlink_to(path)
    assert "expected a readable manifest, found one that is not (too many levels of symbolic links)" in refusal(path)


def test_a_file_that_is_too_large_is_refused_unparsed(refusal: Callable[[Path], str], write_manifest: WriteManifest) -> None:
    """More than 16 MiB are refused; a single text of almost that size is no trouble."""
    assert "at most 16 MiB" in refusal(write_manifest(b"#" * (16 * 1024 * 1024 + 1)))
    title = "x" * (15 * 1024 * 1024)
    told = refusal(write_manifest(SMALL.replace("0}", f"{title}}}"), "hello.py"))
    assert told.endswith("found the text '" + "x" * 37 + "...'")


@pytest.mark.parametrize("deep", ["[" * 1000 + "]" * 1000, "{a: " * 1000 + "}" * 1000, "- " * 1000, "? " * 1000, "[" * 1_000_000])
def test_deep_nesting_is_refused(deep: str, refusal: Callable[[Path], str], write_manifest: WriteManifest) -> None:
    """A thousand levels are refused at the 65th, in whatever style, and never by running out of stack."""
    assert re.search(r":1:\d+: expected at most 64 levels, found more", refusal(write_manifest(deep)))


def test_a_bomb_of_aliases_is_refused_at_once(refusal: Callable[[Path], str], write_manifest: WriteManifest) -> None:
    """Thirty doublings stand for a thousand million values; they are refused without being built."""
    lines = ["a0: &a0 [lol, lol]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 31))]
    began = time.process_time()
    assert "aliases that expand to at most 100,000 values, found more" in refusal(write_manifest("\n".join(lines)))
    assert time.process_time() - began < 5


def test_a_link_that_leads_out_of_the_root_is_refused(
    refusal: Callable[[Path], str], write_manifest: WriteManifest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A symbolic link is followed before it is judged, be it the script itself or a folder on the way."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "hello.py").touch()
    path = write_manifest(SMALL)
    (tmp_path / "hello.py").symlink_to(outside / "hello.py")
    assert "expected a file inside the repository, found 'hello.py', a symbolic link that leads out of it" in refusal(path)
    (tmp_path / "linked").symlink_to(outside)
    assert "expected a path inside the repository" in refusal(write_manifest(SMALL.replace("hello.py", "linked/hello.py")))


def test_a_link_inside_the_root_is_taken(write_manifest: WriteManifest, vocabulary: Vocabulary, tmp_path: Path) -> None:
    """A symbolic link to a script in the same root is a script; one that leads nowhere, or to a folder, is none."""
    path = write_manifest(SMALL, "real/other.py")
    (tmp_path / "hello.py").symlink_to("real/other.py")
    assert load_manifest(path, tmp_path, vocabulary=vocabulary).variants[0].relative == "hello.py"
    for target in ("nowhere.py", "real"):
        (tmp_path / "hello.py").unlink()
        (tmp_path / "hello.py").symlink_to(target)
        with pytest.raises(ManifestError, match="which is something that is not a regular file"):
            load_manifest(path, tmp_path, vocabulary=vocabulary)


def test_ten_thousand_cases_load_as_one_would(write_manifest: WriteManifest, vocabulary: Vocabulary, tmp_path: Path) -> None:
    """Nothing that is remembered between examples leaks from one into another, and collection is on again afterwards."""
    lines = ["version: 1", "examples:"]
    for n in range(10_000):
        lines += [
            f"- id: case-{n}",
            f"  title: Case {n}",
            f"  expect: {{exit: {n % 200}, requests: {n % 7}, stdout: {{contains: text {n % 50}}}}}",
            f"  limits: {{wall_s: {n % 30 + 1}}}",
            f"  variants: {{python: python/script_{n % 10}.py}}",
        ]
    path = write_manifest("\n".join(lines), *(f"python/script_{n}.py" for n in range(10)))
    examples = load_manifest(path, tmp_path, vocabulary=vocabulary).examples
    assert gc.isenabled()
    assert len(examples) == 10_000
    for n, example in enumerate(examples):
        assert (example.id, example.origin.line) == (f"case-{n}", 5 * n + 3)
        assert example.expect == {"exit": n % 200, "requests": n % 7, "stdout": {"contains": f"text {n % 50}"}}
        assert example.limits == Limits(n % 30 + 1, Limits().idle_s)
        assert example.variants[0].relative == f"python/script_{n % 10}.py"


def test_one_number_and_another_are_never_one(write_manifest: WriteManifest, vocabulary: Vocabulary) -> None:
    """Equal values are checked once, but 1 is not true and '1' is not 1, however alike Python finds them."""
    entry = "- {{id: e{n}, title: t, expect: {{stdout_json: {{equals: {value}}}}}, variants: {{python: hello.py}}}}\n"
    text = "version: 1\nexamples:\n" + "".join(entry.format(n=n, value=v) for n, v in enumerate(["1", "true", '"1"', "1.0"]))
    path = write_manifest(text, "hello.py")
    wanted = [repr(e.expect) for e in load_manifest(path, path.parent, vocabulary=vocabulary).examples]
    assert len(set(wanted)) == 4


def write(folder: Path, text: str, *scripts: str) -> Path:
    """Write a manifest next to *scripts* and return its path."""
    for script in scripts:
        (folder / script).parent.mkdir(parents=True, exist_ok=True)
        (folder / script).touch()
    path = folder / "manifest.yaml"
    path.write_text(text)
    return path


ONE = "examples: [{id: one, title: One, expect: {exit: 0}, variants: {python: a.py}}]\n"


def test_scripts_nobody_names_are_a_note_with_their_number(tmp_path: Path) -> None:
    """Scripts next to the named ones stop nothing: one sentence counts them."""
    path = write(tmp_path, f"version: 1\n{ONE}", "a.py", "b.py", "c.py")
    (note,) = load_manifest(path, tmp_path).notes
    assert note == (
        "2 scripts are named by no variant (b.py and 1 more); list them under ignore to silence this, or refuse them with strict"
    )


@pytest.mark.parametrize("pattern", ["[b.py, old]", "['*.py', old/x.py]", "['b.*', 'old/*']", "[b.py, old/]"])
def test_what_is_ignored_is_not_counted(tmp_path: Path, pattern: str) -> None:
    """A path, a pattern or a folder under ignore silences the note, under strict too."""
    text = f"version: 1\nstrict: true\nignore: {pattern}\n{ONE.replace('{python: a.py}', '{python: old/a.py}')}"
    path = write(tmp_path, text, "old/a.py", "old/x.py")
    manifest = load_manifest(path, tmp_path)
    assert (manifest.notes, len(manifest.variants)) == ((), 1)


def test_what_lies_beside_the_manifest_can_be_ignored(tmp_path: Path) -> None:
    """Patterns are relative to its folder, and may lead out of that."""
    text = f"version: 1\nignore: [../src/b.py]\n{ONE.replace('{python: a.py}', '{python: ../src/a.py}')}"
    write(tmp_path, "", "src/a.py", "src/b.py")
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "manifest.yaml").write_text(text, "utf-8")
    assert load_manifest(tmp_path / "examples" / "manifest.yaml", tmp_path).notes == ()


def test_packages_are_handed_down(tmp_path: Path) -> None:
    """A variant's own packages go before its example's, and those before the manifest's, which are a fallback."""
    text = """\
version: 1
packages: {python: [top]}
examples:
  - {id: one, title: One, expect: {exit: 0}, variants: {python: a.py}}
  - {id: two, title: Two, expect: {exit: 0}, packages: {python: [mid>=1]}, variants: {python: a.py}}
  - {id: three, title: Three, expect: {exit: 0}, packages: {python: [mid]}, variants: {python: {file: a.py, packages: list.txt}}}
"""
    path = write(tmp_path, text, "a.py", "list.txt")
    assert [variant.packages for variant in load_manifest(path, tmp_path).variants] == [
        Packages(("top",), fallback=True),
        Packages(("mid>=1",)),
        Packages(file=tmp_path / "list.txt"),
    ]


@pytest.mark.parametrize(
    ("packages", "sentence"),
    [
        (
            "[--index-url=x]",
            "packages[0]: expected a package, such as openai>=2, found '--index-url=x'; put options into a list file",
        ),
        ("absent.txt", "a list of packages, or the path of a file that lists them, found no file at 'absent.txt'"),
        ("../x.txt", "packages: expected a path inside the repository, found '../x.txt'"),
        ("[1]", "packages[0]: expected text, found the number 1; put it in quotes if text is meant"),
        ("{a: b}", "packages: expected a list of packages, or the path of a file that lists them, found a mapping"),
    ],
)
def test_packages_that_are_none(tmp_path: Path, packages: str, sentence: str) -> None:
    """What cannot be a package or a list is refused with its place."""
    text = "version: 1\n" + ONE.replace("a.py", f"{{file: a.py, packages: {packages}}}")
    with pytest.raises(ManifestError) as refused:
        load_manifest(write(tmp_path, text, "a.py"), tmp_path)
    assert str(refused.value.problems[0]).endswith(sentence)
    assert refused.value.problems[0].cause.startswith("manifest.yaml:2:")
