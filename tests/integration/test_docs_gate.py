"""``docs run`` and ``docs gate``: what a page prints is run, and a page passes only once it was."""

import json
from pathlib import Path

import pytest

from tests.integration.conftest import Ran, Tool

MANIFEST = """\
version: 1
docs: [page.md]
examples:
- id: ask
  title: Asks once
  answers: [Hello.]
  expect: {exit: 0, requests: 1, ends: answered, stdout: {equals: "200\\n"}}
  variants: {python: ask.py}
- id: hello
  title: Says hello
  expect: {exit: 0, requests: 0, stdout: {equals: "hello\\n"}, stderr: {equals: ""}}
  variants: {python: hello.py, node: hello.mjs, java: Hello.java}
- id: needy
  title: Needs what no embedded gateway has
  needs: [docker]
  expect: {exit: 0}
  variants: {python: needy.py}
"""
SCRIPTS = {
    "ask.py": (
        "# [START ask]\nimport json, os, urllib.request\n\nrequest = urllib.request.Request(\n"
        '    os.environ["DVARA_URL"] + "/chat/completions",\n'
        '    json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}).encode(),\n'
        '    {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["DVARA_API_KEY"]},\n'
        ")\nprint(urllib.request.urlopen(request).status)\n# [END ask]\n"
    ),
    "hello.py": 'WORD = "hello"\n# [START hello]\nprint(WORD)\n# [END hello]\n',
    "hello.mjs": "// [START hello]\nconsole.log('hello');\n// [END hello]\n",
    "Hello.java": (
        "//JAVA 21+\npublic class Hello {\n    public static void main(String[] args) {\n        // [START hello]\n"
        '        System.out.println("hello");\n        // [END hello]\n    }\n}\n'
    ),
    "needy.py": "# [START needy]\npass\n# [END needy]\n",
}
HELLO = "<!-- example: hello -->\n```python\nprint(WORD)\n```\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with examples, and a page that shows one of them."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "manifest.yaml").write_text(MANIFEST)
    (folder / "page.md").write_text(HELLO)
    for name, text in SCRIPTS.items():
        (folder / name).write_text(text)
    return folder


def docs(tool: Tool, folder: Path, *words: str) -> Ran:
    """Call ``docs`` in *folder*."""
    return tool("docs", *words, "--manifest", "manifest.yaml", cwd=folder)


def stored_places(done: Ran) -> list[list[str]]:
    """Return where the results of a call point at, as ``file:line``."""
    runs = json.loads((done.run_folder / "run.json").read_text("utf-8"))["runs"]
    return [[f"{place['file']}:{place['line']}" for place in run["places"]] for run in runs]


def test_a_page_turns_green_only_once_it_is_in_step_and_its_example_ran(tool: Tool, folder: Path) -> None:
    """One changed character: red, mended by sync, still unproved, and green after the run."""
    page = folder / "page.md"
    page.write_text(HELLO.replace("WORD)", "WORd)"))
    red = docs(tool, folder, "gate")
    assert red.code == 1
    for part in ("DRIFTED  page.md:2", "--- page.md:3", "+++ hello.py:3", "-print(WORd)\n", "REFUSED  page.md: 1 of 1 not right"):
        assert part in red.stdout
    assert not (red.state / "runs").exists(), "what has drifted is no reason to run anything"
    assert docs(tool, folder, "sync").code == 0
    assert docs(tool, folder, "check").code == 0
    green = docs(tool, folder, "gate")
    assert green.code == 0, green.stdout + green.stderr
    assert green.outcomes == {"hello[python]": "passed"}
    assert "passed  page.md: 1 right, 1 run with locked releases" in green.stdout
    assert docs(tool, folder, "check", "--results", "latest").code == 0


def test_a_page_in_step_with_an_example_that_fails_is_refused(tool: Tool, folder: Path) -> None:
    """To be in step is not enough."""
    (folder / "hello.py").write_text(SCRIPTS["hello.py"].replace('"hello"', '"hullo"'))
    done = docs(tool, folder, "gate")
    assert done.code == 1
    assert (
        "NOT PASSED  page.md:2  hello[python] region hello: hello[python] failed in the run with locked releases" in done.stdout
    )
    assert "REFUSED  page.md" in done.stdout
    stored = docs(tool, folder, "check", "--results", "latest")
    assert stored.code == 1
    assert "NOT PASSED  page.md:2" in stored.stdout


def test_an_example_that_did_not_run_proves_nothing(tool: Tool, folder: Path) -> None:
    """A skip is no pass: the page is refused, and that it could not be run is told from a failure."""
    (folder / "page.md").write_text("<!-- example: needy -->\n```python\npass\n```\n\n" + HELLO)
    done = docs(tool, folder, "gate")
    assert done.code == 3
    assert "NOT RUN  page.md:2  needy[python] region needy: needy[python] skipped" in done.stdout


def test_untested_code_is_refused_while_the_rest_runs(tool: Tool, folder: Path) -> None:
    """All is told in one go."""
    (folder / "page.md").write_text(f"{HELLO}\ntext\n\n```java\nclass X {{}}\n```\n")
    done = docs(tool, folder, "gate")
    assert done.code == 1
    assert done.outcomes == {"hello[python]": "passed"}
    assert "UNTESTED  page.md:8" in done.stdout


def test_a_gate_without_anything_to_run_is_no_success(tool: Tool, folder: Path) -> None:
    """Nothing is proved by it."""
    (folder / "page.md").write_text("# No code\n")
    assert docs(tool, folder, "gate").code == 4
    run = docs(tool, folder, "run")
    assert run.code == 4
    assert "no fence of these pages" in run.stderr


def test_a_page_has_to_pass_with_every_set_of_releases(tool: Tool, folder: Path) -> None:
    """Each set is a session of its own."""
    done = docs(tool, folder, "gate", "--also", "lowest")
    assert done.code == 0, done.stdout + done.stderr
    assert len(list((done.state / "runs").glob("*/run.json"))) == 2
    assert "1 run with locked, lowest releases" in done.stdout


def test_what_is_printed_is_what_runs(tool: Tool, folder: Path) -> None:
    """The page's code, not the script's; it is told on the page's line, and the file that ran can be looked at."""
    (folder / "page.md").write_text(f"# T\n\n{HELLO.replace('(WORD)', '(WORD.upper())')}")
    done = docs(tool, folder, "run")
    assert done.code == 1
    assert done.outcomes == {"page.md#hello[python]": "failed"}
    assert "shown" in done.stdout
    assert "page.md:4" in done.stdout
    assert "dvara-examples docs run page.md --verbose --manifest manifest.yaml" in done.stdout
    ran = done.run_folder / "printed" / "page.md.hello.python" / "hello.py"
    assert ran.read_text() == 'WORD = "hello"\n# [START hello]\nprint(WORD.upper())\n# [END hello]\n'
    assert stored_places(done) == [["page.md:4"]]


def test_three_languages_run_as_printed(tool: Tool, folder: Path, languages: tuple[str, ...]) -> None:
    """Packages, class names and directives come from next to the example's own script."""
    (folder / "page.md").write_text(
        f"{HELLO}```js\nconsole.log('hel' + 'lo');\n```\n```java\nSystem.out.println(\"hello\");\n```\n"
    )
    done = docs(tool, folder, "run")
    assert {run for run, outcome in done.outcomes.items() if outcome == "passed"} == {
        f"page.md#hello[{name}]" for name in languages
    }


def test_code_of_the_pages_own_reaches_the_gateway_by_its_placeholders(tool: Tool, folder: Path) -> None:
    """What readers fill in by hand is what a run has; and the run is judged as the example that is named."""
    code = SCRIPTS["ask.py"].split("\n", 1)[1].removesuffix("# [END ask]\n")
    code = code.replace('os.environ["DVARA_URL"] + "/chat', '"https://your-gateway.example/v1/chat')
    code = code.replace('"Bearer " + os.environ["DVARA_API_KEY"]', '"Bearer YOUR_KEY"').replace(
        "import json, os,", "import json,"
    )
    placeholders = '<!-- placeholders: "https://your-gateway.example/v1" = DVARA_URL, "YOUR_KEY" = DVARA_API_KEY -->\n'
    (folder / "page.md").write_text(f"{placeholders}<!-- run-as: ask -->\n```python\n{code}```\n")
    done = docs(tool, folder, "gate")
    assert done.code == 0, done.stdout + done.stderr
    assert done.outcomes == {"page.md:2#ask[python]": "passed"}
    (folder / "page.md").write_text(f"{placeholders}<!-- run-as: ask -->\n```python\n{code.replace('YOUR_KEY', 'other')}```\n")
    assert docs(tool, folder, "gate").code == 1


def test_results_of_a_run_point_at_script_and_page(tool: Tool, folder: Path) -> None:
    """Also in an ordinary run with a report: the script's line where the region begins, then the page's line."""
    done = tool("run", "hello", "-l", "python", "--manifest", "manifest.yaml", "--report", "json", cwd=folder)
    assert done.code == 0
    assert stored_places(done) == [["hello.py:3", "page.md:2"]]


def test_a_failure_points_at_script_and_page_without_any_report(tool: Tool, folder: Path) -> None:
    """Pages are looked at for what did not pass, and not for a run that passed and that nobody reads about."""
    done = tool("run", "hello", "-l", "python", "--manifest", "manifest.yaml", cwd=folder, env={"CI": ""})
    assert (done.code, stored_places(done)) == (0, [[]])
    (folder / "hello.py").write_text((folder / "hello.py").read_text() + "\nraise SystemExit(1)\n")
    done = tool("run", "hello", "-l", "python", "--manifest", "manifest.yaml", cwd=folder, env={"CI": ""})
    assert (done.code, stored_places(done)) == (1, [["hello.py:3", "page.md:2"]])


def test_a_page_that_names_nothing_is_not_run(tool: Tool, folder: Path) -> None:
    """With the line where that stands."""
    (folder / "page.md").write_text(HELLO.replace("example: hello", "example: hallo"))
    done = docs(tool, folder, "run")
    assert done.code == 2
    assert "page.md:2: unknown example 'hallo'\nhint: did you mean 'hello'?" in done.stderr


def test_a_gate_writes_reports_and_annotations(tool: Tool, folder: Path) -> None:
    """Of the session's runs and of the pages; several sessions cannot share one path."""
    (folder / "page.md").write_text(f"{HELLO}\ntext\n\n```java\nclass X {{}}\n```\n")
    done = docs(tool, folder, "gate", "--report", "github", "--report", "json=report.json")
    assert done.code == 1
    assert "::error file=page.md,line=8,title=untested%3A java::" in done.stdout
    assert (folder / "report.json").is_file()
    refused = docs(tool, folder, "gate", "--also", "latest", "--report", "json=report.json")
    assert refused.code == 2
    assert "several sessions" in refused.stderr


def test_what_pages_print_is_not_what_failed_last(tool: Tool, folder: Path) -> None:
    """`--last-failed` is about the examples' own scripts."""
    hello = ("run", "hello", "-l", "python", "--manifest", "manifest.yaml")
    assert tool(*hello, cwd=folder).code == 0
    (folder / "page.md").write_text(HELLO.replace("WORD", "1"))
    assert docs(tool, folder, "run").code == 1
    again = tool(*hello, "--last-failed", cwd=folder)
    assert again.code == 0
    assert "everything passed in" in again.stderr
