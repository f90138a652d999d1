"""Pages that say nothing to this tool: what is tried, and what was guessed for it."""

from pathlib import Path

import pytest

from dvara_examples.core.world import World
from dvara_examples.docs_ci.guesses import (
    Guesses,
    curl_commands,
    installed_packages,
    placeholders,
    shell_with_values,
)
from dvara_examples.docs_ci.page import read_page
from dvara_examples.docs_ci.unmarked import Tried, choose_unmarked, guess_lines, is_unmarked

MADE = "from openai import OpenAI\nclient = OpenAI()\n"
ASKED = 'answer = client.chat.completions.create(model="gpt-4o", messages=[])\nprint(answer)\n'


def fence(info: str, text: str) -> str:
    """Return a fence between two paragraphs."""
    return f"Some words.\n\n```{info}\n{text.rstrip()}\n```\n\n"


def tried(tmp_path: Path, text: str, name: str = "page.md") -> Tried:
    """Return what is chosen of a page with this *text*."""
    import io

    page = read_page(tmp_path / name, name, text)
    assert is_unmarked(page)
    out = io.StringIO()
    world = World({}, tmp_path, tmp_path, tmp_path / "manifest.yaml", tmp_path, tmp_path, out, out)
    return choose_unmarked([page], world)


def lines_of(found: Tried) -> dict[str, list[int]]:
    """Return the lines on the page of each script, by the id of its run."""
    return {run_id: [place.line for place in places] for run_id, places in found.chosen.find_places().items()}


def test_fences_that_continue_one_another_are_one_script(tmp_path: Path) -> None:
    """A fence that uses what the one before it made belongs to it; one that begins again does not."""
    found = tried(tmp_path, fence("python", MADE) + fence("python", ASKED) + fence("python", MADE + ASKED))
    assert lines_of(found) == {"page.md:3[python]": [3, 10], "page.md:17[python]": [17]}
    assert found.chosen.printed["page.md:3[python]"].text.rstrip("\n").endswith(ASKED.rstrip("\n"))
    assert "guess  page.md:3  the fences on the lines 3, 10 continue one another" in list(guess_lines(found))


def test_node_fences_that_continue_one_another(tmp_path: Path) -> None:
    """The names that imports and declarations make tell it."""
    made = 'import OpenAI from "openai";\nconst client = new OpenAI();\n'
    used = "const answer = await client.chat.completions.create({});\nconsole.log(answer);\n"
    found = tried(tmp_path, fence("js", made) + fence("ts", used) + fence("js", made + used))
    assert list(lines_of(found).values()) == [[3, 10], [17]]


def test_a_fence_of_typescript_is_run_as_such(tmp_path: Path) -> None:
    """Its types are no errors of syntax then."""
    code = 'import OpenAI from "openai";\nconst client = new OpenAI();\nclient.chat.completions.create({} as const);\n'
    found = tried(tmp_path, fence("ts", code) + fence("typescript", code) + fence("js", code.replace(" as const", "")))
    assert [Path(printed.name).suffix for printed in found.chosen.printed.values()] == [".mts", ".mts", ".mjs"]


def test_what_code_imports_beside_a_client_is_installed_too(tmp_path: Path) -> None:
    """Libraries that pages often use; a name that nobody knows is not looked for."""
    code = 'import OpenAI from "openai";\nimport { z } from "zod";\nimport x from "mine";\nnew OpenAI().models.list();\n'
    guessed = list(guess_lines(tried(tmp_path, fence("js", code))))
    assert "guess  page.md:3  node needs openai, zod, as it imports that" in guessed


def test_what_is_not_tried_is_told_with_the_reason(tmp_path: Path) -> None:
    """Code that asks no model, that is no Python, and Java without a main method."""
    java = "import com.openai.client.OpenAIClient;\nclass A {}\n"
    found = tried(
        tmp_path,
        fence("python", "print(1)") + fence("python", "import openai\nx = ...)") + fence("java", java) + "```py\nimport openai",
    )
    assert [line.partition("  ")[2] for line in guess_lines(found)] == [
        "page.md:3  asks no model",
        "page.md:9  is not valid Python by itself",
        "page.md:16  has no main method",
        "page.md:21  this fence is never closed",
    ]
    assert found.chosen.variants == ()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (ASKED, "asks no model"),
        (MADE + ASKED.replace("[]", "messages"), "uses messages, which it does not define"),
        (MADE + "print(a, b, c, d, e)\n" + ASKED, "uses a, b, c and 2 more, which it does not define"),
        (MADE + "answer = await client.models.list()\n", "is not a script by itself: 'await' outside function"),
        (MADE, "sends no request"),
        (MADE + "model = __MODEL__\n" + ASKED, "uses __MODEL__, which it does not define"),
        (MADE + "__MODEL__ = input()\n" + ASKED, "holds __MODEL__, which is filled in where the page is built"),
        (MADE + "open('path/to/image.png', 'rb')\n" + ASKED, "opens path/to/image.png, which the page does not give"),
        (MADE + "from openai.auth import k8s_service_account_token_provider\n" + ASKED, "needs an identity in a cloud"),
        (MADE + "def main():\n    client.models.list()\n", "defines functions that nothing calls"),
        (MADE + "text = input('You: ')\n" + ASKED, "waits for input, which a page does not give"),
        (MADE + "# ... more of it\n" + ASKED, "leaves a part of itself out (# ... more of it)"),
        (
            "from litellm import completion\ncompletion(model='groq/llama', messages=[])",
            "asks the provider groq, past any gateway",
        ),
        (
            "from pydantic_ai import Agent\nfrom pydantic_ai.providers.nebius import NebiusProvider\nAgent().run_sync('x')",
            "asks the provider nebius, past any gateway",
        ),
        (MADE + "import cohere\n" + ASKED, "asks a provider by that one's own library, past any gateway"),
        ("from openai import AzureOpenAI\n" + ASKED.replace("client", "AzureOpenAI()"), "needs an Azure account"),
        (MADE + "client.images.generate(prompt='a')\n", "asks the endpoint images, which a gateway for models does not have"),
    ],
)
def test_what_a_fence_cannot_show_is_not_held_against_it(tmp_path: Path, code: str, reason: str) -> None:
    """A part of something, a notebook's cell, and what needs another service than a gateway are left out with that reason."""
    found = tried(tmp_path, fence("python", code))
    assert found.chosen.variants == ()
    assert list(guess_lines(found)) == [f"left out  page.md:3  {reason}"]


def test_another_provider_with_an_address_is_the_gateway(tmp_path: Path) -> None:
    """Whatever a model is called, an address that the code gives leads to the gateway."""
    code = "from litellm import completion\nprint(completion(model='groq/x', messages=[], api_base='https://api.x.ai'))"
    found = tried(tmp_path, fence("python", code))
    assert len(found.chosen.variants) == 1
    assert 'guess  page.md:5  "https://api.x.ai" stands for DVARA_URL' in list(guess_lines(found))


def test_a_bare_model_name_of_the_ai_sdk_is_vercels_own_gateway(tmp_path: Path) -> None:
    """Such code asks that one, whatever address a run has; with a provider it is tried."""
    code = "import { generateText } from 'ai';\nawait generateText({ model: 'openai/gpt-4o', prompt: 'x' });\n"
    reason = "asks Vercel's AI Gateway, which a model's bare name means, past any other gateway"
    assert list(guess_lines(tried(tmp_path, fence("ts", code)))) == [f"left out  page.md:3  {reason}"]
    with_provider = "import { openai } from '@ai-sdk/openai';\n" + code.replace("'openai/gpt-4o'", "openai('gpt-4o')")
    assert len(tried(tmp_path, fence("ts", with_provider)).chosen.variants) == 1


def test_an_address_for_anthropics_client_has_no_path(tmp_path: Path) -> None:
    """It adds ``/v1`` itself, so that the same text stands for another address than for other clients."""
    other = "from openai import OpenAI\nOpenAI(base_url='http://localhost:4000').chat.completions.create()\n"
    found = tried(
        tmp_path, fence("python", other) + fence("python", other.replace("OpenAI", "Anthropic").replace("openai", "anthropic"))
    )
    one, two = (printed.text for printed in found.chosen.printed.values())
    assert 'environ["DVARA_URL"]' in one
    assert 'environ["ANTHROPIC_BASE_URL"]' in two
    assert any("is without /v1 here, as Anthropic's client adds that" in line for line in guess_lines(found))


def test_packages_that_are_installed_further_down_are_for_what_follows(tmp_path: Path) -> None:
    """A page may install something for one machine at its end, which is none of the code above it."""
    found = tried(
        tmp_path, fence("python", MADE + ASKED) + fence("bash", "pip install only-on-a-mac") + fence("python", MADE + ASKED)
    )
    assert [variant.packages.names for variant in found.chosen.variants if variant.packages] == [
        ("openai",),
        ("only-on-a-mac", "openai"),
    ]


@pytest.mark.parametrize("call", ["create_partial", "create_iterable"])
def test_calls_of_wrappers_are_requests(tmp_path: Path, call: str) -> None:
    """What wraps a client has names of its own for asking."""
    assert len(tried(tmp_path, fence("python", MADE + f"client.chat.completions.{call}()")).chosen.variants) == 1


def test_the_name_of_a_provider_as_a_key_is_none_of_its_library(tmp_path: Path) -> None:
    """Servers that need no key are shown with their own name for one; only an import is the provider's own library."""
    made = MADE.replace("OpenAI()", "OpenAI(api_key='ollama')")
    assert len(tried(tmp_path, fence("python", made + ASKED)).chosen.variants) == 1
    code = "import OpenAI from 'openai';\nnew OpenAI({ apiKey: 'ollama' }).models.list();\n"
    assert len(tried(tmp_path, fence("js", code)).chosen.variants) == 1
    own = "import ollama from 'ollama';\n" + code
    assert tried(tmp_path, fence("js", own)).chosen.variants == ()


def test_functions_that_are_called_or_handed_on_run(tmp_path: Path) -> None:
    """A function that something outside uses is part of a script."""
    code = MADE + "import asyncio\nasync def main():\n    client.models.list()\nasyncio.run(main())\n"
    assert len(tried(tmp_path, fence("python", code)).chosen.variants) == 1
    code = MADE + "def help():\n    pass\n" + ASKED
    assert len(tried(tmp_path, fence("python", code)).chosen.variants) == 1


def test_a_file_that_is_written_is_none_that_has_to_be_there(tmp_path: Path) -> None:
    """What the code writes itself, it may read again."""
    code = MADE + ASKED + "open('a.txt', 'w').write('x')\nprint(open('a.txt').read())\n"
    assert len(tried(tmp_path, fence("python", code)).chosen.variants) == 1


def test_names_of_every_kind_count_as_defined(tmp_path: Path) -> None:
    """Patterns, star imports, loops and arguments make names, too."""
    code = (
        MADE + "match {'a': 1}:\n    case {'a': first, **rest}: print(first, rest)\n    case [*others]: print(others)\n"
        "with open('x', 'w') as file: print(file, [item for item in file], lambda given: given)\n" + ASKED
    )
    assert len(tried(tmp_path, fence("python", code)).chosen.variants) == 1
    assert len(tried(tmp_path, fence("python", "from somewhere import *\n" + code + "print(anything)\n")).chosen.variants) == 1


def test_packages_come_from_the_page_or_from_what_is_imported(tmp_path: Path) -> None:
    """A fence that installs something says what is needed; else the client libraries that are imported are."""
    found = tried(tmp_path, fence("bash", "pip install -U 'openai>=1' rich") + fence("python", MADE + ASKED))
    (variant,) = found.chosen.variants
    assert variant.packages is not None
    assert variant.packages.names == ("openai>=1", "rich")
    (variant,) = tried(tmp_path, fence("python", "from pydantic_ai import Agent\nAgent().run_sync('x')")).chosen.variants
    assert variant.packages is not None
    assert variant.packages.names == ("pydantic-ai",)
    page = fence("bash", "pip install openai[aiohttp]==2 instructor") + fence("python", MADE + "import anthropic\n" + ASKED)
    (variant,) = tried(tmp_path, page).chosen.variants
    assert variant.packages is not None
    assert variant.packages.names == ("openai[aiohttp]==2", "instructor", "anthropic")


def test_what_is_expected(tmp_path: Path) -> None:
    """A clean exit, a request, and a whole answer to each, whether the code or a library asks for a stream."""
    (variant,) = tried(tmp_path, fence("python", MADE + ASKED)).chosen.variants
    assert variant.expect == {"exit": 0, "requests": {"min": 1}, "ends": "whole"}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("$ pip install openai", [("python", 0, ("openai",))]),
        ("uv add openai anthropic", [("python", 0, ("openai", "anthropic"))]),
        ("python -m pip install --quiet openai==1.2 # now", [("python", 0, ("openai==1.2",))]),
        ("npm install --save @ai-sdk/openai ai", [("node", 0, ("@ai-sdk/openai", "ai"))]),
        ("pnpm add openai@4", [("node", 0, ("openai@4",))]),
        ("pip install -r requirements.txt", []),
        ("npm install", []),
        ("apt install curl", []),
    ],
)
def test_lines_that_install_packages(line: str, found: list[object]) -> None:
    """Python's and Node's package managers; lists of the reader's own are none of the page's."""
    assert list(installed_packages([line])) == found


@pytest.mark.parametrize(
    ("code", "stands_for"),
    [
        ('base_url="http://localhost:8080/v1"', {"http://localhost:8080/v1": "DVARA_URL"}),
        ("'https://your-gateway.example/v1/chat/completions'", {"https://your-gateway.example/v1": "DVARA_URL"}),
        ('"https://<your-host>/v1"', {"https://<your-host>/v1": "DVARA_URL"}),
        ('baseURL: "http://localhost:3000"', {"http://localhost:3000": "DVARA_URL"}),
        ("api_base='<api-base-url>'", {"<api-base-url>": "DVARA_URL"}),
        ('api_key="<your-dvara-api-key>"', {"<your-dvara-api-key>": "DVARA_API_KEY"}),
        ('api_key="YOUR_API_KEY"', {"YOUR_API_KEY": "DVARA_API_KEY"}),
        ('api_key="Your Portkey API Key"', {"Your Portkey API Key": "DVARA_API_KEY"}),
        ('api_key="your-api-key"', {"your-api-key": "DVARA_API_KEY"}),
        ('"sk-..."', {"sk-...": "DVARA_API_KEY"}),
        ('"gw_abcdefgh1234"', {"gw_abcdefgh1234": "DVARA_API_KEY"}),
        ('print("the key is here")', {}),
        ('"https://github.com/somebody/something"', {}),
    ],
)
def test_placeholders_are_recognised(code: str, stands_for: dict[str, str]) -> None:
    """Addresses of gateways and stand-ins for keys, and no other text."""
    guesses = Guesses()
    placeholders(code, 5, guesses)
    assert guesses.pairs == stands_for
    assert [guess.line for guess in guesses.found] == [5] * len(stands_for)


def test_curl_commands_are_found_whole() -> None:
    """Over several lines, with a prompt, and with a body in quotes; what is printed below is none."""
    lines = ["$ curl a \\", "  -d '{", '"x": 1', "}'", '{"answer": 1}', "> curl b", "echo done"]
    assert list(curl_commands(lines)) == [(0, "curl a \\\n  -d '{\n\"x\": 1\n}'"), (5, "curl b")]


def test_values_reach_a_command_in_any_quotes() -> None:
    """Inside single quotes the shell reads no variable, so these are closed for it."""
    guesses = Guesses({"KEY": "DVARA_API_KEY", "http://h/v1": "DVARA_URL"}, {"MY_KEY": "DVARA_API_KEY"})
    command = "curl http://h/v1/models -H 'Authorization: Bearer KEY' -H \"X: $MY_KEY ${MY_KEY}\""
    assert shell_with_values(command, guesses) == (
        "curl ${DVARA_URL}/models -H 'Authorization: Bearer '\"${DVARA_API_KEY}\"'' -H \"X: ${DVARA_API_KEY} ${DVARA_API_KEY}\""
    )


def test_a_command_without_a_key_gets_the_one_of_the_run(tmp_path: Path) -> None:
    """Pages of servers that need no key have such commands; that it was added is told."""
    found = tried(tmp_path, fence("bash", "curl http://localhost:8000/v1/models"))
    (printed,) = found.chosen.printed.values()
    assert 'curl -H "Authorization: Bearer ${DVARA_API_KEY}" ${DVARA_URL}/models' in printed.text
    assert "guess  page.md:4  the command sends no key, and gets that of the run" in list(guess_lines(found))


@pytest.mark.parametrize(
    "words", ['-H "Authorization: Bearer $MY_KEY"', "-H 'x-api-key: YOUR_API_KEY'", "-u me:secret", "--oauth2-bearer $TOKEN"]
)
def test_a_command_keeps_the_key_that_it_sends(tmp_path: Path, words: str) -> None:
    """In whatever way it sends one, none is added."""
    found = tried(tmp_path, fence("bash", f"curl http://localhost:8000/v1/models {words} -s"))
    (printed,) = found.chosen.printed.values()
    assert "curl http" not in printed.text
    assert 'curl -H "Authorization' not in printed.text
    assert not any("sends no key" in line for line in guess_lines(found))


def test_a_command_with_a_variable_that_its_fence_sets(tmp_path: Path) -> None:
    """The line that sets it is run first."""
    found = tried(tmp_path, fence("bash", "export MODEL=gpt-4o\ncurl https://x.example/v1/models/$MODEL"))
    (printed,) = found.chosen.printed.values()
    assert "'export MODEL=gpt-4o\\ncurl -H" in printed.text


def test_a_command_with_a_variable_that_nothing_sets(tmp_path: Path) -> None:
    """What is neither address nor key cannot be guessed; where the address begins it is the address."""
    page = fence("bash", "curl $GATEWAY/v1/models -H 'x-api-key: 1'") + fence("bash", "curl https://x.example/v1/models/$MODEL")
    found = tried(tmp_path, page)
    assert "guess  page.md:4  the variable GATEWAY is DVARA_URL" in list(guess_lines(found))
    assert list(guess_lines(found))[-1] == "left out  page.md:10  uses $MODEL, which nothing on the page sets"
