"""``--report github``, read as the runner of GitHub Actions reads it."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvara_examples.cli._compose import within
from dvara_examples.core.world import World
from dvara_examples.records.results import SourceLine, Summary
from dvara_examples.records.verdict import Outcome
from dvara_examples.reports import report_module
from dvara_examples.reports._target import file_target
from dvara_examples.reports._workflow import escape_workflow_commands
from tests.reports.actions_runner import Command, commands_in
from tests.reports.conftest import ONE_OF_EACH, Write, about, make_result


def test_an_annotation_stands_at_the_example_and_at_the_page(write: Write) -> None:
    """Both lines lead to what is wrong."""
    example, page = commands_in(write("github", make_result(Outcome.FAILED)))
    assert example.name == page.name == "error"
    assert (example.properties["file"], example.properties["line"]) == ("examples/python/stream_basic.x", "12")
    assert (page.properties["file"], page.properties["line"]) == ("docs/streaming.md", "40")
    assert example.properties["title"] == "stream-basic[python] failed"
    assert example.data.startswith("ends: it was cut\n")


def test_what_passed_or_was_skipped_has_none(write: Write) -> None:
    """A session without a fault writes nothing."""
    assert write("github", make_result()) == ""
    titles = [command.properties["title"] for command in commands_in(write("github", *ONE_OF_EACH))]
    assert {title.partition(" ")[2] for title in titles} == {"failed", "could not run"}


def test_the_worst_comes_first_and_ten_are_the_most(write: Write) -> None:
    """GitHub drops the eleventh without a word, so a notice says how many there are."""
    errored = [make_result(Outcome.ERRORED, f"e{number}[java]") for number in range(9)]
    failed = [make_result(Outcome.FAILED, f"f{number}[java]") for number in range(3)]
    *errors, notice = commands_in(write("github", *errored, *failed))
    assert [command.name for command in errors] == ["error"] * 10
    assert [command.properties["title"].split("[")[0] for command in errors] == ["f0", "f1", "f2", *(f"e{n}" for n in range(7))]
    assert notice.name == "notice"
    assert notice.data.startswith("and 14 more; ")


def test_a_result_without_a_place_is_told_all_the_same(write: Write) -> None:
    """A stored run may not know where its script was."""
    (command,) = commands_in(write("github", make_result(Outcome.FAILED, places=())))
    assert "file" not in command.properties


def test_an_interruption_and_a_session_in_which_nothing_ran_are_errors(write: Write) -> None:
    """What is red is never without an annotation."""
    assert [c.name for c in commands_in(write("github", make_result(), interrupted=True))] == ["error"]
    assert [c.name for c in commands_in(write("github", make_result(Outcome.SKIPPED)))] == ["error"]


NASTY = "50% of a:b,c\n::error::smuggled\r\n##[error]smuggled %0A"


def test_text_cannot_leave_its_annotation(write: Write) -> None:
    """Line ends, colons, commas and per cent signs come out as they went in, and no further command begins."""
    result = make_result(Outcome.FAILED, reason=NASTY, places=(SourceLine("a:b,c%.py", 3),))
    (command,) = commands_in(write("github", replace(result, variant_id="x:y,z[python]")))
    assert command.properties["file"] == "a:b,c%.py"
    assert command.properties["title"] == "x:y,z[python] failed"
    assert NASTY.replace("\r\n", "\n") in command.data


# -- what examples write next to it


def through(*pieces: str) -> str:
    """Return what a muzzled stream lets through."""
    out = io.StringIO()
    stream = escape_workflow_commands(out)
    for piece in pieces:
        stream.write(piece)
    return out.getvalue()


@pytest.mark.parametrize(
    "line",
    [
        "::error::x",
        "  ::add-mask::x",
        "text ##[error]x",
        "\x1b[1m ::set-output name=a::b",
        "::stop-commands::abc",
        "a\r::error::x",
    ],
)
def test_a_line_that_would_be_a_command_is_none_any_more(line: str) -> None:
    """All of it can still be read."""
    assert commands_in(f"{line}\n") or "\x1b" in line, "or nothing is proved"
    written = through(f"{line}\n")
    assert commands_in(written) == []
    assert written.replace(" ", "") == f"{line}\n".replace(" ", "")


@pytest.mark.parametrize("line", ["a::b::c", "# [x] ::", "passed  stream-basic[node]  0.3 s", "std::vector", ""])
def test_any_other_line_stays_as_it_is(line: str) -> None:
    """Colons within a line mean nothing to a runner."""
    assert through(f"{line}\n") == f"{line}\n"


SIGNS = st.text(st.sampled_from(": #[]\n\r\terror,x\x1bm1"), max_size=12)


@given(st.lists(st.one_of(SIGNS, st.sampled_from(["::", "##[", "error", "::error::x", ":", "#", "[", "\n"]))))
def test_pieces_cannot_make_up_a_command(pieces: list[str]) -> None:
    """However text is cut, no command comes out, and nothing but blanks is added."""
    written = through(*pieces, "\n")
    assert commands_in(written) == []
    assert written.replace(" ", "") == "".join([*pieces, "\n"]).replace(" ", "")


def test_the_oracle_knows_a_command() -> None:
    """The reader that these tests rely on finds what the runner's own documentation shows."""
    shown = "::error file=app.js,line=1,col=5,endColumn=7,title=YOUR-TITLE::Missing semicolon"
    properties = {"file": "app.js", "line": "1", "col": "5", "endColumn": "7", "title": "YOUR-TITLE"}
    assert commands_in(shown) == [Command("error", properties, "Missing semicolon")]


@pytest.mark.parametrize("kind", ["github", "junit"])
def test_in_a_monorepo_places_are_seen_from_the_repository(tmp_path: Path, kind: str) -> None:
    """GitHub shows an annotation where the file's path is right from the top of the repository; what lies outside stays."""
    places = (SourceLine("examples/python/x.py", 3), SourceLine("/elsewhere/page.md", 4))
    result = make_result(Outcome.FAILED, places=places)
    with file_target(tmp_path / "out") as target:
        report = report_module(kind).open_report(replace(about([result]), within="sub/"), target)
        report.result(result)
        report.close(Summary.of([result]))
    text = (tmp_path / "out").read_text("utf-8")
    if kind == "github":
        assert [found.properties["file"] for found in commands_in(text)] == ["sub/examples/python/x.py", "/elsewhere/page.md"]
    else:
        assert ">sub/examples/python/x.py:3: " in text


@pytest.mark.parametrize(
    ("clone", "workspace", "seen"),
    [(".", None, "sub/"), ("sub", None, ""), (None, None, ""), (None, ".", "sub/"), ("sub", ".", "sub/"), (".", "other", "sub/")],
)
def test_the_repository_is_the_workspace_or_the_nearest_clone(
    tmp_path: Path, clone: str | None, workspace: str | None, seen: str
) -> None:
    """In a workflow the workspace is the top, also above a nested clone; at a desk the folder with `.git` is."""
    root = tmp_path / "sub"
    root.mkdir()
    if clone is not None:
        (tmp_path / clone / ".git").mkdir()
    environ = {"GITHUB_WORKSPACE": str(tmp_path / workspace)} if workspace else {}
    assert within(World(environ, root, root, root, root, root, io.StringIO(), io.StringIO())) == seen


def test_a_worktree_is_a_repository(tmp_path: Path) -> None:
    """Its `.git` is a file that leads to the clone; the same holds for a submodule."""
    (tmp_path / ".git").write_text("gitdir: /elsewhere/.git/worktrees/x\n")
    (tmp_path / "sub").mkdir()
    root = tmp_path / "sub"
    assert within(World({}, root, root, root, root, root, io.StringIO(), io.StringIO())) == "sub/"


@pytest.mark.parametrize(
    ("value", "is_ci"),
    [(None, False), ("", False), ("false", False), ("FALSE", False), ("0", False), ("no", False), ("true", True), ("1", True)],
)
def test_ci_may_be_false(value: str | None, is_ci: bool, tmp_path: Path) -> None:
    """Some set the variable to say that this is no CI machine."""
    environ = {} if value is None else {"CI": value}
    assert World(environ, tmp_path, tmp_path, tmp_path, tmp_path, tmp_path, io.StringIO(), io.StringIO()).on_ci is is_ci
