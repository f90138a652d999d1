"""``docs check`` and ``docs sync`` as a user types them."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_commands import COMMAND
from tests.docs_ci.conftest import write_folder

PAGE = '# T\n\n<!-- example: greet -->\n```python\nimport sys\n\nif sys.argv:\n    print("hello")\n```\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with examples and a page that is in step."""
    write_folder(tmp_path)
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "docs" / "page.md").write_text(PAGE)
    return tmp_path


def docs(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Call ``docs`` in *folder*."""
    return subprocess.run(
        [COMMAND, "docs", *words, "--manifest", "manifest.yaml"],
        env={**os.environ, **environ},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_pages_in_step_are_exit_0(folder: Path) -> None:
    """Named as a page, as a folder, or by the manifest."""
    for words in (("check", "docs/page.md"), ("check", "docs"), ("check",)):
        done = docs(folder, *words)
        assert (done.returncode, done.stdout, done.stderr) == (0, "1 page: 1 in step · manifest.yaml\n", "")


def test_one_changed_character_fails_and_is_mended(folder: Path) -> None:
    """The diff names the page's line and the script's; sync writes just that, and a second one nothing."""
    page = folder / "docs" / "page.md"
    page.write_text(PAGE.replace("hello", "hallo"))
    page.chmod(0o600)
    done = docs(folder, "check")
    assert done.returncode == 1
    for part in (
        "DRIFTED  docs/page.md:4  greet[python] region greet",
        "--- docs/page.md:5",
        "+++ greet.py:4",
        "@@ -5,4 +4,4 @@",
    ):
        assert part in done.stdout
    tried = docs(folder, "sync", "--dry-run")
    assert tried.returncode == 1
    assert '-    print("hallo")\n+    print("hello")\n' in tried.stdout
    assert "hallo" in page.read_text()
    assert docs(folder, "sync").stdout == "     changed  docs/page.md\n"
    assert page.read_text() == PAGE
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert docs(folder, "sync").stdout == "every page is in step\n"
    assert docs(folder, "check").returncode == 0
    page.write_text(PAGE.replace("example: greet", "example: gret", 1))
    lost = docs(folder, "sync")
    assert (lost.returncode, lost.stdout.split()[0]) == (1, "UNKNOWN")


def test_a_terminal_of_ascii_is_no_reason_to_fail(folder: Path) -> None:
    """A sign that cannot be written is spelled out."""
    done = docs(folder, "check", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "\\xb7 manifest.yaml" in done.stdout


def test_every_page_below_a_folder_is_one(folder: Path) -> None:
    """But for hidden folders and other people's packages."""
    for place in ("docs/deep/a.mdx", "docs/.cache/b.md", "docs/node_modules/c.md", "docs/notes.txt"):
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text("```python\nx\n```\n")
    done = docs(folder, "check", "-v")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "   in step  docs/page.md:4  greet[python] region greet",
        "  UNTESTED  docs/deep/a.mdx:1  python: no example backs this fence in python; "
        "write above it {/* example: ID */}, or {/* untested: REASON */}",
        "2 pages: 1 in step, 1 untested · manifest.yaml",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("check", "nowhere.md"), "nowhere.md does not exist"),
        (("check", "docs/deep"), "found no page in this folder"),
        (("chekc",), "did you mean 'check'?"),
        (("check", "--results", "latest"), "no run is stored yet in"),
        (("check", "manifest.bin"), "manifest.bin:1: found the byte 0xff"),
    ],
)
def test_what_cannot_be_checked_is_exit_2(folder: Path, words: tuple[str, ...], told: str) -> None:
    """With what is wrong, and no traceback."""
    (folder / "manifest.bin").write_bytes(b"\xff\xfe")
    done = docs(folder, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_manifest_without_pages_asks_for_them(folder: Path) -> None:
    """And one whose pages are gone says so."""
    manifest = folder / "manifest.yaml"
    text = manifest.read_text()
    manifest.write_text(text.replace("docs: [docs]\n", ""))
    assert "name pages or folders" in docs(folder, "check").stderr
    manifest.write_text(text.replace("[docs]", "[doc/*.md]"))
    done = docs(folder, "check")
    assert done.returncode == 2
    assert "doc/*.md" in done.stderr


def test_what_is_wrong_becomes_annotations(folder: Path) -> None:
    """On the page's line, with the diff, escaped; ten at most, and how many more."""
    (folder / "docs" / "page.md").write_text(PAGE.replace("hello", "100%, hallo"))
    done = docs(folder, "check", "--report", "github", GITHUB_ACTIONS="true")
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert line.startswith(
        "::error file=docs/page.md,line=4,title=drifted%3A greet[python] region greet::it shows something else"
    )
    assert '%0A-    print("100%25, hallo")%0A+    print("hello")' in line
    (folder / "docs" / "page.md").write_text("```python\n```\n" * 13)
    lines = [
        line
        for line in docs(folder, "check", "--report", "github", GITHUB_ACTIONS="true").stdout.splitlines()
        if line.startswith("::")
    ]
    assert len(lines) == 11
    assert lines[-1] == "::notice title=pages::and 3 more; the log of this step lists all of them"


def test_a_page_cannot_speak_to_terminal_or_runner(folder: Path) -> None:
    """What it holds is shown in a diff, and is neither a colour nor a workflow command there."""
    smuggled = "::stop-commands::x\n##[error]y\n\x1b[31mred\nimport sys\n::warning::z"
    (folder / "docs" / "page.md").write_text(PAGE.replace("import sys", smuggled))
    for words in (("check",), ("sync", "--dry-run")):
        shown = docs(folder, *words, GITHUB_ACTIONS="true").stdout
        assert "stop-commands" in shown
        assert [line for line in shown.splitlines() if line.strip().startswith("::") or "##[" in line or "\x1b" in line] == []


def test_comments_are_suggested_for_what_is_untested(folder: Path) -> None:
    """The example that a fence shows most of, or a run-as for code that asks a model, with the placeholders that it needs."""
    shown = (folder / "docs" / "page.md").read_text().partition("```python\n")[2].partition("```")[0]
    asks = 'from openai import OpenAI\nOpenAI(base_url="http://localhost:8080/v1").chat.completions.create()\n'
    page = folder / "docs" / "new.md"
    page.write_text(f"```python\n{shown}```\n\nText\n\n```python\n{asks}```\n\n```python\nprint(1)\n```\n")
    told = docs(folder, "check", "--suggest", "docs/new.md").stdout.splitlines()
    suggestions = [line.partition("  ")[2] for line in told if line.startswith("suggest")]
    assert suggestions[0].startswith("docs/new.md:1  <!-- example: greet --> ")
    assert [line.partition("  (")[0] for line in suggestions[1:]] == [
        f"docs/new.md:{6 + len(shown.splitlines())}  <!-- run-as: greet -->",
        f"docs/new.md:{11 + len(shown.splitlines())}  <!-- untested: REASON -->",
        'docs/new.md:1  <!-- placeholders: "http://localhost:8080/v1" = DVARA_URL -->',
    ]
