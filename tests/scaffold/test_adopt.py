"""Reading a repository that knows nothing of the tool: what its scripts are, and the manifest that is written for them."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from dvara_examples.core.world import World
from dvara_examples.scaffold.adopt.groups import group
from dvara_examples.scaffold.adopt.script import Surveyed, survey_script
from dvara_examples.scaffold.adopt.survey import survey
from dvara_examples.scaffold.adopt.text import draft_lines
from dvara_examples.scaffold.adopt.titles import id_of, tags_of, title_in, title_in_readme, topic_of, words_of
from dvara_examples.scaffold.adopt.walk import script_files

PYTHON = '''"""Ask one question. Then print it."""
import os
from openai import OpenAI

client = OpenAI(base_url="http://localhost:8080/v1", api_key=os.environ["MY_API_KEY"])
print(client.chat.completions.create(model="gpt-4o", messages=[]).choices[0].message.content)
'''
NODE = """// Ask one question, in Node.js.
import OpenAI from "openai";
const client = new OpenAI();
const answer = await client.chat.completions.create({ model: "gpt-4o", messages: [] });
console.log(answer.choices[0].message.content);
"""


def write(root: Path, **files: str) -> None:
    """Write files by their paths, in which two underscores stand for a slash and one for a dot at the end."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def look(root: Path, name: str, text: str, language: str = "python") -> Surveyed:
    """Survey one script."""
    write(root, **{name: text})
    return survey_script(root / name, name, language)


def test_vendored_built_hidden_and_foreign_folders_are_not_walked(tmp_path: Path) -> None:
    """Nor are links followed; everything else is found, in the order of the paths."""
    for name in (
        *("b/a.py", "a.py", "b/c/d.mjs", "readme.txt", "node_modules/x.py", "dist/x.py", ".hidden/x.py", "target/x.py"),
        *("env/pyvenv.cfg", "env/lib/x.py", "other/.git/config", "other/x.py"),
    ):
        write(tmp_path, **{name: ""})
    (tmp_path / "link.py").symlink_to(tmp_path / "a.py")
    found = [path.relative_to(tmp_path).as_posix() for path in script_files(tmp_path, (".py", ".mjs"))]
    assert found == ["a.py", "b/a.py", "b/c/d.mjs"]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.py", PYTHON, None),
        ("stream_test.py", PYTHON, None),
        ("stream_test.py", f"{PYTHON}\ndef test_it(): pass\n", "is a test"),
        ("tests/a.py", PYTHON, "is a test"),
        ("_helper.py", PYTHON, "is a helper by its name"),
        ("a.py", "print('hello')\n", "asks no model"),
        ("a.py", "import theirs\nprint(theirs.ask())\n", "uses no known client library"),
        ("a.py", "import json, numpy\nprint(numpy, json)\n", "asks no model"),
        ("a.py", "import os\nsecret = os.environ['OPENAI_API_KEY']\nprint(secret)\n", "asks no model"),
        ("a.py", "from openai import OpenAI\ndef ask(): return OpenAI()\nCLIENT: object = None\n", "runs nothing when started"),
        ("a.py", "from openai import OpenAI\nif __name__ == '__main__':\n    OpenAI()\n", None),
        ("a.py", "import openai\nthis is no Python\n", None),
    ],
)
def test_what_is_an_example(tmp_path: Path, name: str, text: str, reason: str | None) -> None:
    """A script that asks a model when it is started; everything else is left out with the reason."""
    assert look(tmp_path, name, text).left_out == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("client.images.generate()", "asks the endpoint images, which a gateway for models does not have"),
        ("client = OpenAI(provider=bedrock(region='x'))", "needs an AWS account"),
        ("with client.beta.responses.connect(\n) as c: pass", "speaks WebSocket, which the tap does not read"),
        ("ctx.load_cert_chain('a')", "needs a client certificate"),
        ("def make():\n  if 1:\n    return OpenAI()\n  ctx.load_cert_chain('a')", None),
        ("client = AzureOpenAI()", "needs an Azure account"),
        ("async with client.realtime.connect(model='x') as c: pass", "speaks WebSocket, which the tap does not read"),
        ("app = FastAPI()", "is started by uvicorn, and not by itself"),
        ("HTTPServer(given).serve_forever()", "is a server; give it ready and send instead"),
        ("OpenAI(base_url='https://api.somewhere.ai/v1')", "asks https://api.somewhere.ai/v1 itself (line 2), past any gateway"),
        ("client.chat.completions.create()", None),
        ("client.responses.create()", None),
    ],
)
def test_what_cannot_run_with_a_gateway_alone(tmp_path: Path, text: str, reason: str | None) -> None:
    """A real service, another endpoint, a server of its own, an address elsewhere."""
    assert look(tmp_path, "a.py", f"import openai\n{text}\nprint(0)\n").skip == reason


def test_address_key_and_model_as_a_script_spells_them(tmp_path: Path) -> None:
    """A literal that nothing replaces is where the gateway is expected; next to a variable it is a default."""
    fixed = look(tmp_path, "a.py", PYTHON)
    assert (fixed.port, fixed.at_line, fixed.key_variables, fixed.models) == (8080, 5, ("MY_API_KEY",), ("gpt-4o",))
    text = PYTHON.replace('"http://localhost:8080/v1"', 'os.environ.get("MY_URL", "http://localhost:8080/v1")')
    free = look(tmp_path, "a.py", text)
    assert (free.port, free.address_variables) == (None, ("MY_URL",))


@pytest.mark.parametrize(
    ("text", "language", "title"),
    [
        (PYTHON, "python", "Ask one question"),
        ("#!/usr/bin/env python\nimport openai\n", "python", ""),
        ("#!/usr/bin/env python\n# One answer, not streamed.\nimport openai\n", "python", "One answer, not streamed"),
        (NODE, "node", "Ask one question, in Node.js"),
        ("/**\n * Streaming - with `fetch`.\n *\n * Usage:\n */\nimport x;\n", "node", "Streaming - with fetch"),
        ('///usr/bin/env jbang "$0"\n//DEPS a:b:1\n\n/* One answer. */\nclass A {}\n', "java", "One answer"),
        (
            '///usr/bin/env jbang "$0" "$@" ; exit $?\n//JAVA 21+\n//DEPS a:b:1\n// One answer.\n\nclass A {}\n',
            "java",
            "One answer",
        ),
        ('///usr/bin/env jbang "$0" "$@" ; exit $?\n//DEPS a:b:1\nclass A {}\n', "java", ""),
        ("// Copyright 2026\nimport x;\n", "node", ""),
        ("import openai\n", "python", ""),
        ("# /// script\n# dependencies = []\n# ///\n\n# One answer\n# of many.\nimport a\n", "python", "One answer of many"),
        (
            '"""Example showing how to use `tool_runner()` with\nMCP, and more.\n\nMore."""\n',
            "python",
            "Use tool_runner() with MCP, and more",
        ),
        (
            "/** This example demonstrates streaming with {@link Model}\n * and tools */\nclass A {}",
            "java",
            "Streaming with Model and tools",
        ),
        (
            f'"""Streams a session that is long{" and long" * 4}, {"and longer " * 9}."""\n',
            "python",
            f"Streams a session that is long{' and long' * 4}",
        ),
        ("# Import necessary libraries\nimport openai\n", "python", ""),
        ("// index.ts\nimport x;\n", "node", ""),
        ("/* Prerequisites:\n * 1. an account */\nclass A {}", "java", ""),
    ],
)
def test_titles_in_scripts(text: str, language: str, title: str) -> None:
    """The first sentence of the docstring or of the comment at the top."""
    assert title_in(text, language) == title


def test_titles_in_readmes(tmp_path: Path) -> None:
    """A row of a table, or an item of a list, in the README next to the script or above it."""
    write(tmp_path, **{"README.md": "| file | shows |\n|---|---|\n| [a.py](x/a.py) | How to ask |\n- `b.py` - **One** answer.\n"})
    write(tmp_path, **{"x/a.py": "", "x/b.py": "", "x/c.py": ""})
    titles = [title_in_readme(tmp_path / "x" / name, tmp_path) for name in ("a.py", "b.py", "c.py")]
    assert titles == ["How to ask", "One answer", ""]


def test_names_become_ids_and_folders_become_tags() -> None:
    """Any spelling has the same words; folders of languages say nothing."""
    assert {id_of(stem) for stem in ("stream_basic", "stream-basic", "StreamBasic", "streamBasic")} == {"stream-basic"}
    assert words_of("HTTPServer2Go") == ("http", "server2", "go")
    assert words_of("GitHubModelsOpenAiExample") == ("github", "models", "openai", "example")
    assert tags_of(topic_of("Getting Started/python/src/a.py")) == ("getting-started",)
    assert tags_of(topic_of("tutorials/01-Quick_Start/chat/src/main/java/com/acme/tools/A.java")) == (
        "quick-start",
        "chat",
        "tools",
    )


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("python", "from ollama import chat\nprint(chat())\n", "asks a provider by that one's own library, past any gateway"),
        (
            "python",
            "from mistralai.client import Mistral\nMistral()\n",
            "asks a provider by that one's own library, past any gateway",
        ),
        (
            "node",
            "import ollama from 'ollama'\nawait ollama.chat()\n",
            "asks a provider by that one's own library, past any gateway",
        ),
        (
            "java",
            "import dev.langchain4j.data.segment.TextSegment;\nclass A { static void main() {} }\n",
            "uses no known client library",
        ),
        ("java", "import java.util.List;\nclass A { static void main() {} }\n", "asks no model"),
        ("node", "import { ask } from 'theirs'\nawait ask()\n", "uses no known client library"),
        ("node", "import { readFile } from 'node:fs'\nawait readFile('a')\n", "asks no model"),
    ],
)
def test_why_a_script_is_left_out(tmp_path: Path, language: str, text: str, reason: str) -> None:
    """A provider's own library is not "no model", and of a library that nobody knows nothing is claimed."""
    assert look(tmp_path, "a", text, language).left_out == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import org.testcontainers.containers.GenericContainer;", "needs a service in a container (Testcontainers)"),
        ("import com.openai.models.audio.Voice;", None),
        (
            "// ask\nclient.audio().transcriptions().create();",
            "asks the endpoint audio, which a gateway for models does not have",
        ),
        (
            "import dev.langchain4j.model.mistralai.MistralAiChatModel;",
            "asks a provider by that one's own library, past any gateway",
        ),
        ("AzureOpenAiChatModel.builder();", "needs an Azure account"),
    ],
)
def test_what_a_class_cannot_do_with_a_gateway_alone(tmp_path: Path, text: str, reason: str | None) -> None:
    """The names of what it imports say nothing of endpoints."""
    source = f"import com.openai.client.OpenAIClient;\n{text}\nclass A {{ static void main() {{}} }}\n"
    assert look(tmp_path, "A.java", source, "java").skip == reason


def drafts(root: Path, *names: str) -> dict[str, list[str]]:
    """Return id → paths of what scripts of these names become."""
    language = {".py": "python", ".mjs": "node", ".java": "java"}
    found = [look(root, name, NODE if name.endswith("mjs") else PYTHON, language[Path(name).suffix]) for name in names]
    return {draft.id: [script.relative for script in draft.scripts.values()] for draft in group(found, root, ("taken",))}


def test_the_same_behaviour_in_several_languages_is_one_example(tmp_path: Path) -> None:
    """The same words below the same folders, but for the language's; ids that are taken get more words."""
    assert drafts(tmp_path, "a/python/ask_once.py", "a/nodejs/ask-once.mjs", "b/ask_once.py", "b/taken.py") == {
        "ask-once": ["a/python/ask_once.py", "a/nodejs/ask-once.mjs"],
        "b-ask-once": ["b/ask_once.py"],
        "b-taken": ["b/taken.py"],
    }


def test_a_script_that_streams_is_not_the_same_as_one_that_does_not(tmp_path: Path) -> None:
    """They would be compared, and differ, for ever."""
    one = look(tmp_path, "python/ask.py", PYTHON)
    other = look(tmp_path, "node/ask.mjs", NODE.replace("messages: []", "messages: [], stream: true"), "node")
    assert [list(draft.scripts) for draft in group([one, other], tmp_path, ())] == [["python"], ["node"]]


def test_the_text_is_yaml_whatever_titles_hold(tmp_path: Path) -> None:
    """Signs of YAML, quotes and other scripts in a title come back as they were."""
    title = "Ask 'why' #1: {a} & b"
    script = look(tmp_path, "python/ask.py", PYTHON.replace("Ask one question", title))
    lines = draft_lines(group([script], tmp_path, ()), tmp_path / "examples")
    (entry,) = yaml.safe_load("\n".join(lines))
    assert entry == {
        "id": "ask",
        "title": title,
        "endpoint": {"key": ["MY_API_KEY"]},
        "listen": 8080,
        "expect": {"exit": 0, "requests": {"min": 1}, "ends": "answered"},
        "variants": {"python": "../python/ask.py"},
    }


@pytest.mark.parametrize(("wall_s", "limits"), [(60, "{wall_s: 60, idle_s: 30}"), (240, "{wall_s: 240, idle_s: 120}")])
def test_a_script_that_took_long_gets_time_to_load_in_silence(tmp_path: Path, wall_s: int, limits: str) -> None:
    """What takes long in all may also take long before its first word, on a machine that is busier than this one was."""
    (draft,) = group([look(tmp_path, "ask.py", PYTHON)], tmp_path, ())
    lines = draft_lines([replace(draft, wall_s=wall_s)], tmp_path / "examples")
    assert f"  limits: {limits}  # as it took long" in lines


CHOOSES = """import os
import openai
from azure.identity import DefaultAzureCredential
API_HOST = os.getenv("API_HOST", "github")
if API_HOST == "azure":
    client = openai.OpenAI(base_url=os.environ["AZURE_OPENAI_ENDPOINT"], api_key=DefaultAzureCredential())
elif API_HOST == "github":
    client = openai.OpenAI(base_url="https://models.github.ai/inference", api_key=os.environ["GITHUB_TOKEN"])
else:
    client = openai.OpenAI(api_key=os.environ["OPENAI_KEY"])
print(client.chat.completions.create(model=os.environ["MODEL"], messages=[]))
"""


def test_a_script_that_chooses_its_service_is_told_which(tmp_path: Path) -> None:
    """One that could ask Azure needs no account there where a variable makes it ask OpenAI."""
    found = look(tmp_path, "a.py", CHOOSES)
    assert (found.skip, dict(found.env), found.address_variables) == (
        None,
        {"API_HOST": "openai", "MODEL": "gpt-4o"},
        ("AZURE_OPENAI_ENDPOINT",),
    )
    (draft,) = group([found], tmp_path, ())
    assert "a.py needs API_HOST, MODEL: the values under env were guessed" in draft.guesses
    assert "      env: {API_HOST: openai, MODEL: gpt-4o}" in draft_lines([draft], tmp_path)
    alone = look(tmp_path, "b.py", CHOOSES.replace("openai.OpenAI(api_key", "openai.OpenAI(base_url=there, api_key"))
    assert (alone.skip, dict(alone.env)) == ("needs an Azure account", {"MODEL": "gpt-4o"})


def test_examples_of_the_repositorys_own_library_are_found(tmp_path: Path) -> None:
    """They import no known client: the package of the repository does that for them."""
    out = io.StringIO()
    world = World({}, tmp_path, tmp_path, tmp_path / "manifest.yaml", tmp_path, tmp_path, out, out)
    files = {
        "swarm/__init__.py": "from .core import ask\n",
        "swarm/core.py": "from openai import OpenAI\n\ndef ask(): return OpenAI().chat.completions.create()\n",
        "examples/least.py": "from swarm import ask\nprint(ask())\n",
        "examples/other.py": "import json\nprint(json.dumps({}))\n",
    }
    write(world.root, **files)
    found = survey(world.root, world)
    assert [draft.id for draft in found.drafts] == ["least"]
    assert {s.relative: s.left_out for s in found.left_out}["examples/other.py"] == "asks no model"


@pytest.mark.parametrize(
    ("listing", "text", "packages"),
    [
        ("setup.py", "from setuptools import setup\nsetup(name='swarm')\n", [".."]),
        ("pyproject.toml", "[build-system]\nrequires = ['setuptools']\n", [".."]),
        ("pyproject.toml", "[project]\nname = 'swarm'\nversion = '1'\ndependencies = ['openai']\n", []),
    ],
)
def test_a_project_that_runs_take_nothing_from_is_named(tmp_path: Path, listing: str, text: str, packages: list[str]) -> None:
    """A setup.py, or a pyproject.toml without a project, is installed because packages names its folder."""
    made = {
        "swarm/__init__.py": "",
        listing: text,
        "examples/ask.py": "import swarm, openai\nopenai.OpenAI().x.create()\n",
    }
    write(tmp_path, **made)
    out = io.StringIO()
    world = World({}, tmp_path, tmp_path, tmp_path / "examples" / "manifest.yaml", tmp_path, tmp_path, out, out)
    (draft,) = survey(tmp_path, world).drafts
    assert [*draft.packages.get("python", ())][:1] == packages


@pytest.mark.parametrize(("lies", "cwd"), [("a/b/rules.txt", "a/b"), ("a/rules.txt", "a"), ("rules.txt", "."), (None, None)])
def test_a_file_is_opened_from_where_it_lies(tmp_path: Path, lies: str | None, cwd: str | None) -> None:
    """Whoever wrote the script started it beside that file or above; only where it lies nowhere there, that is said."""
    if lies is not None:
        write(tmp_path, **{lies: ""})
    (draft,) = group([look(tmp_path, "a/b/ask.py", f"{PYTHON}print(open('rules.txt').read())\n")], tmp_path, ())
    lines = draft_lines([draft], tmp_path)
    assert [line for line in lines if "cwd:" in line] == ([f"      cwd: {cwd}"] if cwd is not None else [])
    assert any("opens rules.txt, which does not exist" in line for line in lines) == (lies is None)
