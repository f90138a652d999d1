"""Miniature repositories that are broken, each in one way: one sentence, what to do, exit 2 or 3, and nothing half-written."""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.conftest import Tool
from tests.toolchains.test_node import write_package
from tests.toolchains.test_python import write_wheel

pytestmark = pytest.mark.slow  # package managers are started

PIP = "[global]\nno-index = true\nfind-links = {wheels}\n"
ASK = "print('hello')\n"
BROKEN_BUILD = """def build_wheel(*_): raise SystemExit("no compiler here")
build_editable = build_wheel
def get_requires_for_build_wheel(*_): return []
get_requires_for_build_editable = get_requires_for_build_wheel
"""
PROJECT = "[project]\nname = 'demo'\nversion = '1'\nrequires-python = '>=3.10'\n"
BACKEND = "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
UV_LOCK = """version = 1
revision = 3
requires-python = ">=3.10"

[[package]]
name = "demo"
version = "1"
source = { virtual = "." }
"""
NPM_LOCK = {"lockfileVersion": 3, "packages": {"": {}}}
INLINE = "# /// script\n# requires-python = '>=3.10'\n# dependencies = ['greeting']\n# ///\n"
HASHED = "greeting==1.0 --hash=sha256:" + "0" * 64 + "\n"
KEY = "sk-proj-" + "Ab3" * 16


@dataclass(frozen=True, slots=True)
class Broken:
    """What lies in a repository beside its script, what is said of it, and the exit code.

    *variant* says more of the script, *packages* which it needs, and *top* what holds for the whole manifest.
    """

    files: Mapping[str, str]
    sentence: str
    hint: str
    code: int = 3
    script: str = "ask.py"
    variant: str = ""
    packages: str = ""
    top: str = ""


WAYS = {
    "a list that cannot be satisfied": Broken(
        {"requirements.txt": "greeting==1.0\ngreeting>=2\n"},
        "the packages of {root}/requirements.txt could not be installed, uv ended with 1",
        "correct what it names here",
    ),
    "a list that includes what is not there": Broken(
        {"requirements.txt": "-r base.txt\n"},
        "requirements.txt includes {root}/base.txt, which does not exist",
        "add it, or remove",
    ),
    "a list with constraints that are not there": Broken(
        {"requirements.txt": "-c limits.txt\ngreeting\n"},
        "requirements.txt includes {root}/limits.txt, which does not exist",
        "add it, or remove",
    ),
    "a list with a line that is no requirement": Broken(
        {"requirements.txt": "greeting=>1\n"}, "the packages of {root}/requirements.txt could not be installed", "correct what"
    ),
    "a list that installs a folder which is not there": Broken(
        {"requirements.txt": "-e ../nowhere\n"}, "the packages of {root}/requirements.txt could not be installed", "correct what"
    ),
    "packages of the manifest that nobody has": Broken(
        {}, "the packages greeting>=3 could not be installed", "correct what it names here", packages="greeting>=3"
    ),
    "a list that the manifest names and that is not there": Broken({}, "found no file at 'more.txt'", "", 2, packages="more.txt"),
    "an extra that the project does not have": Broken(
        {"pyproject.toml": PROJECT}, "has no extra or group loud, but none", "correct packages", packages="'pyproject.toml[loud]'"
    ),
    "a package that is not what the list says": Broken(
        {"requirements.txt": HASHED}, "Hash mismatch for `greeting==1.0`", "correct what it names here"
    ),
    "a lock of uv that is older than its list": Broken(
        {"pyproject.toml": f"{PROJECT}dependencies = ['greeting']\n", "uv.lock": UV_LOCK},
        "uv.lock does not match its list",
        "bring it up to date with `uv lock`",
    ),
    "a lock of uv that is none": Broken(
        {"pyproject.toml": f"{PROJECT}dependencies = ['greeting']\n", "uv.lock": "version = [\n"},
        "the packages of {root}/uv.lock could not be installed",
        "correct what it names here",
    ),
    "a lock of a script that is older than its list": Broken(
        {"ask.py": f"{INLINE}{ASK}", "ask.py.lock": UV_LOCK.partition("[[")[0]},
        "ask.py does not match its list",
        "uv lock --script ask.py",
    ),
    "a lock of PDM that is none": Broken(
        {"pyproject.toml": f"{PROJECT}dependencies = ['greeting']\n", "pdm.lock": "[[package\n"},
        "pdm.lock cannot be read",
        "correct it",
    ),
    "a lock that is none": Broken(
        {"pyproject.toml": f"{PROJECT}dependencies = ['greeting']\n", "poetry.lock": "[[package\n"},
        "poetry.lock cannot be read",
        "correct it",
    ),
    "a pyproject that cannot be read": Broken({"pyproject.toml": "[project\n"}, "pyproject.toml cannot be read", "correct it"),
    "a package that does not build": Broken(
        {"pyproject.toml": PROJECT + BACKEND, "backend.py": BROKEN_BUILD}, "no compiler here", "correct what it names here"
    ),
    "metadata in the script that is not closed": Broken(
        {"ask.py": "# /// script\n# dependencies = []\nprint()\n"},
        "begins a block of metadata that is not valid",
        "close it with",
    ),
    "a Python that is too old": Broken(
        {"pyproject.toml": PROJECT.replace("3.10", "3.99")}, "asks for Python >=3.99, and scripts run on", "DVARA_EXAMPLES_PYTHON"
    ),
    "a package.json that is none": Broken(
        {"package.json": "{"}, "package.json is not a valid package.json", "correct it", 3, "ask.mjs"
    ),
    "a lock of npm that is older than its list": Broken(
        {"package.json": '{"dependencies": {"greeting": "file:greeting-1.0.0.tgz"}}', "package-lock.json": json.dumps(NPM_LOCK)},
        "package-lock.json does not match its list",
        "bring it up to date with `npm install --package-lock-only`",
        3,
        "ask.mjs",
    ),
    "a lock of pnpm that nobody reads": Broken(
        {"package.json": "{}", "pnpm-lock.yaml": "lockfileVersion: 5.4\n"},
        "pnpm-lock.yaml has the format 5.4, and pnpm's formats 6 and 9 are read",
        "write it again with pnpm 8 or newer",
        3,
        "ask.mjs",
    ),
    "a member that is not in the workspace": Broken(
        {"package.json": '{"dependencies": {"lib": "workspace:*"}}', "pnpm-workspace.yaml": "packages: []\n"},
        "takes lib from its workspace, which has no package of that name",
        "add it, or correct the entry",
        3,
        "ask.mjs",
    ),
    "a folder that is not there": Broken(
        {"package.json": '{"dependencies": {"lib": "file:../lib"}}'}, "takes lib from ", "add it, or correct", 3, "ask.mjs"
    ),
    "a folder to run in that is not there": Broken(
        {}, "expected an existing folder, found no folder 'data'", "", 2, variant="cwd: data"
    ),
    "a server that is never asked": Broken({}, "send", "", 2, variant="ready: 8000"),
    "a port that is none": Broken({}, "listen", "", 2, variant="listen: 70000"),
    "a variable for the address that is none": Broken(
        {}, "url: expected a variable name", "", 2, variant="endpoint: {url: 'MY URL'}"
    ),
    "a script that nobody names, where that is an error": Broken({"more.py": ASK}, "more.py", "", 2, top="strict: true\n"),
    "an .env file with a real key": Broken(
        {".env": f"THEIR_KEY={KEY}\n"},
        "expected no real keys, found what looks like one in THEIR_KEY on line 1 of '.env'",
        "list THEIR_KEY under key of endpoint",
        2,
        variant="env_file: .env",
    ),
    "an .env file that is not there": Broken(
        {}, "expected a .env file, found no file at '.env'", "", 2, variant="env_file: .env"
    ),
}


def repository(root: Path, broken: Broken) -> None:
    """Write a repository with one script, a manifest, and packages that come from a folder and from nowhere else."""
    (root / "wheels").mkdir(parents=True)
    for version in ("1.0", "2.0"):
        write_wheel(root / "wheels", version)
    write_package(root, "1.0.0")
    more = f", {broken.variant}" if broken.variant else ""
    language = "python" if broken.script.endswith(".py") else "node"
    if broken.packages:
        listed = broken.packages if "." in broken.packages else f"['{broken.packages}']"
        more += f", packages: {{{language}: {listed}}}"
    entry = f"  - {{id: ask, title: Ask, expect: {{exit: 0}}{more}, variants: {{{language}: {broken.script}}}}}\n"
    files = {
        "manifest.yaml": f"version: 1\n{broken.top}examples:\n{entry}",
        broken.script: "" if language == "node" else ASK,
        "pip.conf": PIP.format(wheels=root / "wheels"),
        ".npmrc": "offline=true\n",
        **broken.files,
    }
    for name, text in files.items():
        (root / name).write_text(text, "utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below *folder* with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def cache(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty cache, but for a Node.js that one test fetches for all where the machine has none."""
    base = tmp_path_factory.getbasetemp()
    runtime = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "node-runtime"
    runtime.mkdir(exist_ok=True)
    (tmp_path / "cache" / "v1").mkdir(parents=True)
    (tmp_path / "cache" / "v1" / "node-runtime").symlink_to(runtime)
    return tmp_path / "cache"


@pytest.mark.parametrize("way", WAYS)
def test_a_broken_repository_is_told_in_one_sentence(tool: Tool, tmp_path: Path, cache: Path, way: str) -> None:
    """The file is named, what to do stands next to it, no example is called failed, and no repository or cache has changed."""
    broken, root = WAYS[way], tmp_path / "theirs"
    repository(root, broken)
    before = contents(root)
    env = {"DVARA_EXAMPLES_CACHE": str(cache)}
    ran = tool("run", "all", "--manifest", "manifest.yaml", "--gateway", "embedded", cwd=root, env=env)
    told = " ".join((ran.stdout + ran.stderr).split())
    assert ran.code == broken.code, told
    assert broken.sentence.format(root=root) in told
    assert broken.hint in told
    assert "Traceback" not in told
    assert KEY not in told
    assert broken.code == 2 or set(ran.outcomes.values()) == {"errored"}
    assert contents(root) == before
    kept = [path for kind in ("python", "node") for path in (cache / "v1" / kind).glob("*/complete")]
    assert kept == []


def test_a_port_that_is_taken(tool: Tool, tmp_path: Path) -> None:
    """The process that holds it is named, and the exit code is 3."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        repository(tmp_path / "theirs", Broken({}, "", "", variant=f"listen: {port}"))
        ran = tool("run", "all", "--manifest", "manifest.yaml", "--gateway", "embedded", cwd=tmp_path / "theirs")
    assert ran.code == 3, ran.stdout + ran.stderr
    assert f"port {port}" in ran.stdout
    assert set(ran.outcomes.values()) == {"errored"}


def test_a_script_that_waits_for_input(tool: Tool, tmp_path: Path) -> None:
    """It reads the end at once and is red for that, in its own words; nothing waits for its limit."""
    asks = {"ask.py": "name = input('Who are you? ')\nprint(name)\n"}
    repository(tmp_path / "theirs", Broken(asks, "", ""))
    ran = tool("run", "all", "--manifest", "manifest.yaml", "--gateway", "embedded", cwd=tmp_path / "theirs")
    assert ran.code == 1, ran.stdout + ran.stderr
    assert "EOFError" in ran.stdout
