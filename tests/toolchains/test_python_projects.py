"""Python dependencies in the script itself (PEP 723) and in ``pyproject.toml``, with the lock files of several tools."""

import subprocess
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Deps, Packages, Runtime
from dvara_examples.toolchains._install import find_uv
from dvara_examples.toolchains._python.parts import specifier
from tests.toolchains.test_declared import PYTHON, SCRIPT, command, declared, printed, repository, world
from tests.toolchains.test_python import write_wheel

pytestmark = pytest.mark.slow  # each test installs packages
__all__ = ["world"]  # the fixture

INLINE = f"# /// script\n# requires-python = '>=3.10'\n# dependencies = ['greeting<2']\n# ///\n{SCRIPT}"
PROJECT = "[project]\nname = 'demo'\nversion = '1'\nrequires-python = '>=3.10'\ndependencies = ['greeting']\n"
LOCKED_ELSEWHERE = "[[package]]\nname = 'greeting'\nversion = '1.0'\n\n[metadata]\nlock-version = '2.1'\n"


def uv(world: World, *words: str) -> None:
    """Run uv as the author of a repository does."""
    subprocess.run([find_uv(), "-q", *words], cwd=world.root, env=dict(world.environ), check=True, timeout=60)


def test_metadata_in_the_script_counts_first(world: World) -> None:
    """A script's own list goes before one next to it, and says that it is not locked."""
    repository(world, {"a.py": INLINE, "requirements.txt": "greeting==2.0\n"})
    made = command(world, "a.py")
    assert printed(made) == "1.0"
    assert made.versions["greeting"] == "1.0"
    assert made.dependencies == "a.py, not locked, resolved on 2026-05-04"
    assert sorted(path.name for path in world.root.iterdir() if path.is_file()) == ["a.py", "requirements.txt"]


def test_only_the_metadata_counts(world: World) -> None:
    """Another line of code resolves nothing again, another requirement does."""
    repository(world, {"a.py": INLINE})
    said: list[str] = []
    command(world, "a.py", said=said)
    repository(world, {"a.py": f"{INLINE}print('more')\n"})
    assert printed(command(world, "a.py", said=said)) == "1.0\nmore"
    assert len(said) == 1
    repository(world, {"a.py": INLINE.replace("greeting<2", "greeting>=2")})
    assert printed(command(world, "a.py", said=said)) == "2.0"


def test_the_lock_of_a_script_holds(world: World) -> None:
    """With a lock next to the script a newer release is not taken."""
    repository(world, {"a.py": INLINE.replace("<2", "")})
    uv(world, "lock", "--script", "a.py")
    write_wheel(world.root / "wheels", "3.0")
    made = command(world, "a.py")
    assert printed(made) == "2.0"
    assert made.dependencies == "a.py"


def test_a_lock_that_does_not_match_the_script(world: World) -> None:
    """A lock that is older than the list is told in uv's words, and is left as it is."""
    repository(world, {"a.py": INLINE})
    uv(world, "lock", "--script", "a.py")
    before = (world.root / "a.py.lock").read_text()
    repository(world, {"a.py": INLINE.replace("<2", ">=2")})
    with pytest.raises(ToolchainError, match=r"a\.py does not match its list; .* with `uv lock --script a\.py`"):
        command(world, "a.py")
    assert (world.root / "a.py.lock").read_text() == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("# /// script\n# dependencies = ['x']\nprint()\n", r"a\.py begins a block of metadata that is not valid"),
        ("# /// script\n# dependencies = [x\n# ///\n", r"a\.py cannot be read \(.*\); correct it"),
        (INLINE.replace("3.10", "3.99"), r"a\.py asks for Python >=3\.99, and scripts run on .*DVARA_EXAMPLES_PYTHON"),
    ],
)
def test_metadata_that_cannot_hold(world: World, text: str, sentence: str) -> None:
    """A block that is not closed, that is no TOML, or that asks for a newer Python, is one sentence."""
    repository(world, {"a.py": text})
    with pytest.raises(ToolchainError, match=sentence):
        command(world, "a.py")


def test_a_project_without_a_lock(world: World) -> None:
    """What ``pyproject.toml`` above the script lists is installed, and is not locked."""
    repository(world, {"x/a.py": SCRIPT, "pyproject.toml": PROJECT})
    made = command(world, "x/a.py")
    assert printed(made) == "2.0"
    assert made.dependencies == "pyproject.toml, not locked, resolved on 2026-05-04"
    assert printed(command(world, "x/a.py", deps=Deps.LOWEST)) == "1.0"


def test_settings_of_tools_are_no_project(world: World) -> None:
    """A ``pyproject.toml`` that only holds settings is passed over."""
    repository(world, {"x/a.py": SCRIPT, "x/pyproject.toml": "[tool.ruff]\n", "requirements.txt": "greeting<2\n"})
    assert printed(command(world, "x/a.py")) == "1.0"


def test_uvs_lock_holds(world: World) -> None:
    """With ``uv.lock`` a newer release is not taken, and nothing in the repository changes."""
    repository(world, {"a.py": SCRIPT, "pyproject.toml": PROJECT})
    uv(world, "lock")
    write_wheel(world.root / "wheels", "3.0")
    made = command(world, "a.py")
    assert printed(made) == "2.0"
    assert made.dependencies == "pyproject.toml"
    assert sorted(path.name for path in world.root.iterdir() if path.is_file()) == ["a.py", "pyproject.toml", "uv.lock"]


def test_uvs_lock_that_does_not_match(world: World) -> None:
    """A lock that is older than the project is told in uv's words."""
    repository(world, {"a.py": SCRIPT, "pyproject.toml": PROJECT})
    uv(world, "lock")
    repository(world, {"pyproject.toml": PROJECT.replace("greeting", "greeting<2")})
    with pytest.raises(ToolchainError, match=r"(?s)uv\.lock does not match its list; bring it up to date with `uv lock`:"):
        command(world, "a.py")


@pytest.mark.parametrize("name", ["poetry.lock", "pdm.lock"])
def test_the_lock_of_another_tool_holds(world: World, name: str) -> None:
    """What Poetry or PDM pinned is what is installed."""
    repository(world, {"a.py": SCRIPT, "pyproject.toml": PROJECT, name: LOCKED_ELSEWHERE})
    assert printed(command(world, "a.py")) == "1.0"
    repository(world, {"pyproject.toml": PROJECT.replace("greeting", "greeting>=2")})
    with pytest.raises(ToolchainError, match=rf"(?s){name} could not be installed.*unsatisfiable"):
        command(world, "a.py")


def test_what_is_no_lock(world: World) -> None:
    """A lock that cannot be read, or whose packages have no version, is one sentence."""
    repository(world, {"a.py": SCRIPT, "pyproject.toml": PROJECT, "poetry.lock": "[[package]]\nname = 'x'\n"})
    with pytest.raises(ToolchainError, match=r"poetry\.lock is not a known lock file"):
        command(world, "a.py")
    repository(world, {"poetry.lock": "["})
    with pytest.raises(ToolchainError, match=r"poetry\.lock cannot be read"):
        command(world, "a.py")


def test_broken_pyproject(world: World) -> None:
    """A ``pyproject.toml`` that is no TOML is one sentence."""
    repository(world, {"a.py": SCRIPT, "pyproject.toml": "[project\n"})
    with pytest.raises(ToolchainError, match=r"pyproject\.toml cannot be read \(.*\); correct it"):
        command(world, "a.py")


MEMBER = "[project]\nname = 'app'\nversion = '1'\nrequires-python = '>=3.10'\ndependencies = ['greeting', 'demo']\n"
SOURCES = "[tool.uv.sources]\ndemo = {workspace = true}\n"


def with_workspace(world: World, top: str = "") -> None:
    """Write a workspace of uv whose member ``app``, next to the scripts, takes the member ``demo``."""
    with_backend(
        world, {"libs/app/pyproject.toml": MEMBER + SOURCES, "libs/app/a.py": "import demo\nprint(demo.WORD)\n" + SCRIPT}
    )
    for name in ("pyproject.toml", "backend.py", "src/demo/__init__.py"):
        (world.root / "libs/demo" / name).parent.mkdir(parents=True, exist_ok=True)
        (world.root / name).rename(world.root / "libs/demo" / name)
    repository(world, {"pyproject.toml": f"{top}[tool.uv.workspace]\nmembers = ['libs/*', 'more']\nexclude = ['libs/other']\n"})


def test_a_member_of_a_workspace(world: World) -> None:
    """Another member is taken from its folder, and the lock at the top of the workspace holds for all of them."""
    with_workspace(world)
    made = command(world, "libs/app/a.py")
    assert printed(made) == "mine\n2.0"
    assert made.dependencies == "libs/app/pyproject.toml, not locked, resolved on 2026-05-04"
    uv(world, "lock")
    write_wheel(world.root / "wheels", "3.0")
    made = command(world, "libs/app/a.py")
    assert printed(made) == "mine\n2.0"
    assert made.dependencies == "libs/app/pyproject.toml with uv.lock"
    repository(world, {"libs/app/pyproject.toml": MEMBER.replace("greeting", "greeting<2") + SOURCES})
    with pytest.raises(ToolchainError, match=r"(?s)uv\.lock does not match its list; bring it up to date with `uv lock`:"):
        command(world, "libs/app/a.py")


def test_the_lock_of_a_member_is_written_at_the_top(world: World) -> None:
    """``setup --lock`` writes the one lock that a workspace has, and names it."""
    with_workspace(world)
    runtime = PYTHON.probe(world)
    assert isinstance(runtime, Runtime)
    written = PYTHON.lock(declared(world, "libs/app/a.py"), runtime, world, lambda _: None)
    assert written == world.root / "uv.lock"
    assert declared(world, "libs/app/a.py").locked


def test_the_folders_that_packages_come_from(world: World) -> None:
    """Members of the workspace that can be installed are told, so that a change in them is seen."""
    with_workspace(world)
    assert PYTHON.sources(declared(world, "libs/app/a.py"), world) == (world.root / "libs/demo",)


PARTS = (
    "[project.optional-dependencies]\nShout = ['greeting==1.0']\n"
    "[dependency-groups]\nold = ['greeting==1.0']\ndev = ['nowhere']\n"
)


@pytest.mark.parametrize("name", ["shout", "old"])
@pytest.mark.parametrize("lock", ["uv.lock", "pdm.lock", "none"])
def test_an_extra_or_a_group_of_a_project(world: World, name: str, lock: str) -> None:
    """``pyproject.toml[NAME]`` adds it, by the lock if there is one; what is not named is left out."""
    repository(world, {"a.py": SCRIPT, "pyproject.toml": PROJECT + PARTS.replace("'nowhere'", "")})
    if lock == "uv.lock":
        uv(world, "lock")
    elif lock == "pdm.lock":
        repository(world, {lock: LOCKED_ELSEWHERE})
    made = command(world, "a.py", Packages(file=world.root / "pyproject.toml", parts=(name,)))
    assert printed(made) == "1.0"
    assert made.dependencies.startswith(f"pyproject.toml[{name}]")
    assert ("not locked" in made.dependencies) == (lock == "none")


def test_the_project_itself_gets_what_its_lock_holds(world: World) -> None:
    """``.[NAME]`` alone is the project with an extra, by its lock."""
    repository(world, {"a.py": SCRIPT, "pyproject.toml": PROJECT + PARTS.replace("'nowhere'", "")})
    uv(world, "lock")
    made = command(world, "a.py", Packages(("..[shout]",)))
    assert (printed(made), made.dependencies) == ("1.0", "pyproject.toml[shout]")


def test_an_extra_that_is_not_there(world: World) -> None:
    """The sentence names those that are."""
    repository(world, {"a.py": SCRIPT, "pyproject.toml": PROJECT + PARTS})
    with pytest.raises(
        ToolchainError, match=r"pyproject\.toml has no extra or group loud, but Shout, dev, old; correct packages"
    ):
        command(world, "a.py", Packages(file=world.root / "pyproject.toml", parts=("loud",)))


def test_a_group_that_only_poetry_knows(world: World) -> None:
    """Its packages are installed, in the ranges that Poetry's signs mean."""
    groups = "[tool.poetry.group.old.dependencies]\ngreeting = '^1.0'\n[tool.pdm.dev-dependencies]\nolder = ['greeting<2']\n"
    repository(world, {"a.py": SCRIPT, "pyproject.toml": PROJECT + groups})
    for name in ("old", "older"):
        assert printed(command(world, "a.py", Packages(file=world.root / "pyproject.toml", parts=(name,)))) == "1.0"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.2", "~=1.2"),
        ("1.2.3", "==1.2.3"),
        ("1.2.*", "==1.2.*"),
        ("*", ""),
        (">= 1.2, <3", ">=1.2,<3"),
    ],
)
def test_ranges_of_poetry(said: str, meant: str) -> None:
    """Each of its signs in the spelling of the packaging specifications."""
    assert specifier(said) == meant


BACKEND = """
import pathlib, zipfile

def get_requires_for_build_editable(config_settings=None): return []

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "demo-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as archive:
        archive.writestr("demo.pth", str(pathlib.Path.cwd() / "src"))
        about = ["Metadata-Version: 2.1", "Name: demo", "Version: 1", "Requires-Dist: greeting", ""]
        wheel = ["Wheel-Version: 1.0", "Generator: test", "Root-Is-Purelib: true", "Tag: py3-none-any", ""]
        archive.writestr("demo-1.dist-info/METADATA", "\\n".join(about))
        archive.writestr("demo-1.dist-info/WHEEL", "\\n".join(wheel))
        archive.writestr("demo-1.dist-info/RECORD", "")
    return name
"""


def with_backend(world: World, more: dict[str, str]) -> None:
    """Write an installable project ``demo`` whose build backend lies in the repository, so that no network is needed."""
    system = "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
    files = {"pyproject.toml": PROJECT + system, "backend.py": BACKEND, "src/demo/__init__.py": "WORD = 'mine'\n"}
    repository(world, {**files, **more})


def test_scripts_import_the_project_itself(world: World) -> None:
    """A project that can be installed is, in place: a change in it is seen without anything being resolved again."""
    with_backend(world, {"examples/a.py": "import demo, greeting\nprint(demo.WORD)\n"})
    said: list[str] = []
    assert printed(command(world, "examples/a.py", said=said)) == "mine"
    (world.root / "src/demo/__init__.py").write_text("WORD = 'changed'\n")
    assert printed(command(world, "examples/a.py", said=said)) == "changed"
    assert len(said) == 1


@pytest.mark.parametrize("listed", [None, Packages(("greeting",))])
def test_scripts_import_a_project_that_no_list_names(world: World, listed: Packages | None) -> None:
    """Where a script imports the repository's own package and its list does not name it, it is installed in place, too."""
    files = {"examples/a.py": "import demo, greeting\nprint(demo.WORD)\n", "examples/b.py": "import greeting\n"}
    with_backend(world, {**files, "examples/requirements.txt": "greeting\n"})
    assert printed(command(world, "examples/a.py", listed)) == "mine"
    assert declared(world, "examples/b.py", listed).project is None


def test_a_list_can_name_the_project(world: World) -> None:
    """``-e ..`` in a list is resolved from the list's folder."""
    with_backend(world, {"examples/a.py": "import demo\nprint(demo.WORD)\n", "examples/requirements.txt": "-e ..\n"})
    assert printed(command(world, "examples/a.py")) == "mine"


def test_a_package_that_does_not_build(world: World) -> None:
    """The sentence names the project and gives the last words of the build, and nothing is kept."""
    with_backend(world, {"a.py": "import demo\n", "backend.py": "raise SystemExit('no compiler here')\n"})
    with pytest.raises(ToolchainError, match=r"(?s)the packages of .*pyproject\.toml could not be installed.*no compiler here"):
        command(world, "a.py")
    assert not list(Path(world.cache_dir / "v1" / "python").glob("*/complete"))
