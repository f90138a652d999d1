"""What is pinned: everything that is asked for, the same everywhere, with hashes and without addresses."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON_LOCKS = (
    "requirements/run.txt",
    "requirements/dev.txt",
    "examples/python/requirements.txt",
    "examples/python/requirements-lowest.txt",
    "examples/python/anthropic/requirements.txt",
    "examples/python/anthropic/requirements-lowest.txt",
    "runner/dvara_examples/toolchains/node_runtime.txt",
    "tests/data/foreign_gateway/requirements.txt",
    "examples/integrations/python/requirements.txt",
    "examples/integrations/python/openai2/requirements.txt",
)
OF_EXAMPLES = (
    "examples/node/package-lock.json",
    "examples/node/lowest/package-lock.json",
    "examples/node/anthropic/package-lock.json",
    "examples/node/anthropic/lowest/package-lock.json",
)
OF_CLIENTS = ("examples/integrations/node/package-lock.json", "examples/integrations/node/mastra/package-lock.json")
MANAGERS = ("bun", "pnpm", "pnpm-8", "yarn", "yarn-1")
NODE_LOCKS = (
    *OF_EXAMPLES,
    *OF_CLIENTS,
    "runner/dvara_examples/toolchains/_node/tsx/package-lock.json",
    *(f"runner/dvara_examples/toolchains/_node/managers/{name}/package-lock.json" for name in MANAGERS),
    "tests/data/mdx/package-lock.json",
)


NEEDS_NEWER_NODE = re.compile(r">=? ?(?:2[1-9]|[3-9]\d)")


def pins(lock: str) -> dict[str, set[str]]:
    """Return the versions that *lock* pins for each package; markers may choose between several."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def names(requirements: list[str]) -> set[str]:
    """Return the names of what *requirements* ask for."""
    return {match[0].lower() for text in requirements if (match := re.match(r"[A-Za-z0-9._-]+", text))}


@pytest.mark.parametrize("lock", [*PYTHON_LOCKS, *NODE_LOCKS])
def test_no_lock_names_an_address(lock: str) -> None:
    """Where packages come from is everybody's own configuration; npm's lock also says where their authors take donations."""
    without_funding = re.sub(r'"(funding|url)": ("[^"]*"|\[[^\]]*\])', "", (ROOT / lock).read_text())
    assert not re.findall(r"\w+://\S+", without_funding)


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_every_pin_of_python_has_a_hash(lock: str) -> None:
    """Nothing is installed that is not the very file that was pinned."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", (ROOT / lock).read_text(), flags=re.MULTILINE)[1:]
    assert blocks
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", NODE_LOCKS)
def test_every_pin_of_node_has_a_hash(lock: str) -> None:
    """The same for Node; the first entry is the project itself."""
    packages = json.loads((ROOT / lock).read_text())["packages"]
    assert {name for name, package in packages.items() if "integrity" not in package} == {""}


def test_what_the_project_asks_for_is_pinned() -> None:
    """A dependency that is added to the project must be added to the locks, too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert names(project["project"]["dependencies"] + project["build-system"]["requires"]) <= pins("requirements/run.txt").keys()
    for group in ("test", "lint"):
        assert names(project["dependency-groups"][group]) <= pins("requirements/dev.txt").keys()


def test_tests_see_the_versions_that_users_run() -> None:
    """Whatever is needed to run has the same version where it is tested."""
    dev = pins("requirements/dev.txt")
    assert {name: dev.get(name) for name in pins("requirements/run.txt")} == pins("requirements/run.txt")


@pytest.mark.parametrize("deps", ["requirements", "requirements-lowest"])
def test_what_the_python_examples_ask_for_is_pinned(deps: str) -> None:
    """A package that an example imports must be in the examples' locks, that of the floors too."""
    folder = ROOT / "examples/python"
    asked_for = names((folder / "requirements.in").read_text().splitlines())
    assert asked_for <= names((folder / f"{deps}.in").read_text().splitlines())
    assert asked_for <= pins(f"examples/python/{deps}.txt").keys()


def test_what_the_python_examples_on_anthropics_sdk_ask_for_is_pinned() -> None:
    """They have a list of their own, so that the others stay light."""
    folder = "examples/python/anthropic"
    assert names((ROOT / folder / "requirements.in").read_text().splitlines()) <= pins(f"{folder}/requirements.txt").keys()


@pytest.mark.parametrize("folder", ["python", "python/openai2"])
def test_what_the_clients_ask_for_is_pinned(folder: str) -> None:
    """A client that an example shows must be in the lock next to it."""
    listed = ROOT / "examples/integrations" / folder
    asked_for = names((listed / "requirements.in").read_text().splitlines())
    assert asked_for <= pins(f"examples/integrations/{folder}/requirements.txt").keys()


@pytest.mark.parametrize("lock", OF_EXAMPLES)
def test_what_the_node_examples_ask_for_is_pinned(lock: str) -> None:
    """The same for Node, whose lock repeats what was asked for."""
    pinned = json.loads((ROOT / lock).read_text())["packages"][""]["dependencies"]
    assert pinned == json.loads((ROOT / lock).with_name("package.json").read_text())["dependencies"]
    folder = "examples/node/anthropic" if "anthropic" in lock else "examples/node"
    assert pinned.keys() == json.loads((ROOT / folder / "package.json").read_text())["dependencies"].keys()


def test_every_install_from_a_lock_leaves_the_resolver_out() -> None:
    """A new release of somebody else's package must not break an old commit: only what is pinned is looked at."""
    places = ["Makefile", "action.yml", ".ci/run", "container/Dockerfile", ".github/workflows/examples.yml", "README.md"]
    places += ["CONTRIBUTING.md", ".pre-commit-hooks.yaml", "requirements/install.py", *_pages(), *_toolchains()]
    installs = {place: _installs((ROOT / place).read_text()) for place in places}
    assert [(place, line) for place, lines in installs.items() for line in lines if not _without_resolver(line)] == []
    for place in ("Makefile", "action.yml", "container/Dockerfile"):
        assert "requirements/install.py" in (ROOT / place).read_text()
    assert '"--no-deps"' in (ROOT / "requirements/install.py").read_text()


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("pip install -r requirements/run.txt", False),
        ("pip install --require-hashes --requirement requirements/run.txt", False),
        ("pip install --no-deps -r requirements/run.txt", True),
        ("uv pip sync --require-hashes lock.txt", True),
    ],
)
def test_an_install_with_a_resolver_would_be_found(line: str, right: bool) -> None:
    """The contract above can fail."""
    assert [_without_resolver(found) for found in _installs(f"RUN true && \\\n  {line}\n")] == [right]


def _installs(text: str) -> list[str]:
    """Return the commands in *text* that install from a list of requirements, each on one line."""
    joined = re.sub(r"\\\n\s*", "", text)
    return [line.strip() for line in joined.splitlines() if re.search(r"pip3? (install|sync)\b.*(-r\b|--require|sync)", line)]


def _without_resolver(line: str) -> bool:
    """Tell whether pip or uv takes the lock as it is; ``sync`` does so by itself."""
    return "--no-deps" in line or "pip sync" in line


def _pages() -> list[str]:
    return [str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")]


def _toolchains() -> list[str]:
    return [str(path.relative_to(ROOT)) for path in (ROOT / "runner").rglob("toolchains/**/*.py")]


@pytest.mark.parametrize("lock", [lock for lock in NODE_LOCKS if "mastra" not in lock])
def test_whatever_a_list_of_node_packages_pins_runs_on_node_20(lock: str) -> None:
    """`make lock` pins for the oldest Node.js that is supported, whichever one runs it; all releases of Mastra ask for 22."""
    packages = json.loads((ROOT / lock).read_text())["packages"]
    newer = {
        name: engines
        for name, about in packages.items()
        if isinstance(engines := about.get("engines", {}), dict) and NEEDS_NEWER_NODE.match(engines.get("node", ""))
    }
    assert newer == {}
