"""Where scripts state their dependencies: the nearest place counts, and lists without a lock are resolved once."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Declared, Deps, Packages, Runtime, load_toolchain
from dvara_examples.toolchains._python.locking import write_lock
from tests.toolchains.conftest import OnDay
from tests.toolchains.test_python import write_wheel

pytestmark = pytest.mark.slow  # each test installs packages
PYTHON = load_toolchain("python")
SCRIPT = "import greeting, importlib.metadata as m\nprint(m.version('greeting'))\n"


@pytest.fixture
def world(make_world: Callable[..., World], tmp_path: Path) -> World:
    """Return a World of the fourth of May in which packages come from a folder of wheels and from nowhere else."""
    (tmp_path / "wheels").mkdir()
    environ = {**os.environ, "UV_OFFLINE": "1", "UV_FIND_LINKS": str(tmp_path / "wheels")}
    world = make_world(environ=environ, clock=OnDay(4))
    world.manifest_path.parent.mkdir()
    for version in ("1.0", "2.0"):
        write_wheel(tmp_path / "wheels", version)
    return world


def repository(world: World, files: dict[str, str]) -> None:
    """Write *files* below the root."""
    for name, text in files.items():
        path = world.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def declared(world: World, script: str, packages: Packages | None = None) -> Declared:
    """Return where the dependencies of *script* are stated."""
    return PYTHON.declared(world.root / script, packages, world)


def command(
    world: World, script: str, packages: Packages | None = None, deps: Deps = Deps.LOCKED, said: list[str] | None = None
) -> Command:
    """Prepare what *script* depends on, and return how it is started."""
    runtime = PYTHON.probe(world)
    assert isinstance(runtime, Runtime)
    file = world.root / script
    progress = (said if said is not None else []).append
    prepared = PYTHON.prepare(runtime, file.parent, world, progress, deps, declared(world, script, packages))
    return prepared.command(file)


def printed(made: Command) -> str:
    """Run a command and return what it printed."""
    return subprocess.run(made.argv, env=dict(made.env), capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def test_packages_of_the_manifest_are_installed(world: World) -> None:
    """What the manifest lists is resolved, and the run says that it is not locked and since when it is what it is."""
    repository(world, {"a.py": SCRIPT})
    made = command(world, "a.py", Packages(("greeting<2",)))
    assert printed(made) == "1.0"
    assert made.versions["greeting"] == "1.0"
    assert made.dependencies == "packages (greeting<2), not locked, resolved on 2026-05-04"


def test_packages_of_the_manifest_go_before_every_list(world: World) -> None:
    """An example's own packages count although a list lies next to its script, and those of the whole manifest do not."""
    repository(world, {"x/a.py": SCRIPT, "x/requirements.txt": "greeting==2.0\n"})
    assert printed(command(world, "x/a.py", Packages(("greeting==1.0",)))) == "1.0"
    assert printed(command(world, "x/a.py", Packages(("greeting==1.0",), fallback=True))) == "2.0"


def test_an_empty_list_means_no_packages(world: World) -> None:
    """With no packages in the manifest a script runs on the bare interpreter, whatever lies above it."""
    repository(world, {"a.py": "print('bare')\n", "requirements.txt": "not-there\n"})
    assert printed(command(world, "a.py", Packages())) == "bare"


def test_a_list_without_pins_is_resolved_once(world: World) -> None:
    """A list without pins gets what is newest today and keeps it, although a newer release appears and no network is there."""
    repository(world, {"x/a.py": SCRIPT, "x/requirements.txt": "# asked for\ngreeting >= 1\n"})
    said: list[str] = []
    assert printed(command(world, "x/a.py", said=said)) == "2.0"
    write_wheel(world.root / "wheels", "3.0")
    later = replace(world, clock=OnDay(9), offline=True)
    made = command(later, "x/a.py", said=said)
    assert printed(made) == "2.0"
    assert made.dependencies == "x/requirements.txt, not locked, resolved on 2026-05-04"
    assert len(said) == 1


def test_the_day_is_known_without_preparing(world: World) -> None:
    """What is kept tells since when it is what it is; before that nothing is known, and a changed list is open again."""
    repository(world, {"a.py": SCRIPT, "requirements.txt": "greeting >= 1\n"})
    runtime = PYTHON.probe(world)
    assert isinstance(runtime, Runtime)
    days = [PYTHON.resolved_on(declared(world, "a.py"), runtime, world)]
    command(world, "a.py")
    later = replace(world, clock=OnDay(9))
    days.append(PYTHON.resolved_on(declared(later, "a.py"), runtime, later))
    (world.root / "requirements.txt").write_text("greeting >= 1.5\n")
    days.append(PYTHON.resolved_on(declared(later, "a.py"), runtime, later))
    assert days == ["", "2026-05-04", ""]


def test_a_changed_list_is_resolved_again(world: World) -> None:
    """A change in the list, or in a list that it includes, gives another environment."""
    repository(
        world, {"a.py": SCRIPT, "requirements.txt": "-r base.txt\n", "base.txt": "greeting\n-c limits.txt\n", "limits.txt": ""}
    )
    assert printed(command(world, "a.py")) == "2.0"
    (world.root / "limits.txt").write_text("greeting<2\n")
    assert printed(command(world, "a.py")) == "1.0"


def test_lowest_and_latest_follow_the_ranges_of_the_list(world: World) -> None:
    """``--deps lowest`` takes the oldest release that the list allows, and ``latest`` the newest of the day."""
    repository(world, {"a.py": SCRIPT, "requirements.txt": "greeting>=1,<3\n"})
    assert printed(command(world, "a.py", deps=Deps.LOWEST)) == "1.0"
    write_wheel(world.root / "wheels", "2.5")
    write_wheel(world.root / "wheels", "3.0")
    assert printed(command(world, "a.py", deps=Deps.LATEST)) == "2.5"


def test_markers_are_honoured(world: World) -> None:
    """A requirement for another system is left out."""
    repository(world, {"a.py": SCRIPT, "requirements.txt": "greeting==1.0\nnot-there; sys_platform == 'win32'\n"})
    assert printed(command(world, "a.py")) == "1.0"


def test_the_nearest_list_counts(world: World) -> None:
    """A list in the script's folder goes before one above it."""
    repository(world, {"x/y/a.py": SCRIPT, "x/y/requirements.txt": "greeting==1.0", "x/requirements.txt": "greeting==2.0"})
    assert declared(world, "x/y/a.py").file == world.root / "x/y/requirements.txt"
    assert declared(world, "x/b.py").file == world.root / "x/requirements.txt"
    assert declared(world, "b.py") == Declared()


def test_a_list_with_another_name_counts(world: World) -> None:
    """``requirements-examples.txt`` is a list of the folder, and the lists for tests and linters are none."""
    repository(world, {"requirements-dev.txt": "", "requirements-examples.txt": "", "requirements_test.txt": ""})
    assert declared(world, "a.py").file == world.root / "requirements-examples.txt"


def test_the_manifest_can_name_a_list(world: World) -> None:
    """A path in the manifest stands for the list that lies there."""
    repository(world, {"a.py": SCRIPT, "lists/one.txt": "greeting==1.0\n", "requirements.txt": "greeting==2.0\n"})
    made = command(world, "a.py", Packages(file=world.root / "lists/one.txt"))
    assert printed(made) == "1.0"
    assert made.dependencies == "lists/one.txt, not locked, resolved on 2026-05-04"


def test_a_list_that_cannot_be_satisfied_is_told_in_words(world: World) -> None:
    """The sentence names the list and gives uv's own words, and nothing is kept."""
    repository(world, {"a.py": SCRIPT, "requirements.txt": "greeting==1.0\ngreeting>=2\n"})
    with pytest.raises(ToolchainError, match=r"(?s)the packages of .*requirements\.txt could not be installed.*unsatisfiable"):
        command(world, "a.py")
    assert not list((world.cache_dir / "v1" / "python").glob("*/complete"))


def test_a_list_that_includes_what_is_not_there(world: World) -> None:
    """An include that leads nowhere is named before anything is started."""
    repository(world, {"a.py": SCRIPT, "requirements.txt": "-r base.txt\n"})
    with pytest.raises(ToolchainError, match=r"requirements\.txt includes .*base\.txt, which does not exist"):
        command(world, "a.py")


@pytest.mark.usefixtures("world")
def test_the_projects_own_pip_conf_is_honoured(make_world: Callable[..., World], tmp_path: Path) -> None:
    """Where packages come from is read from a ``pip.conf`` next to the list."""
    bare = make_world(environ={name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))})
    conf = f"[global]\nno-index = true\nfind-links = {tmp_path / 'wheels'}\n"
    repository(bare, {"x/a.py": SCRIPT, "x/requirements.txt": "greeting\n", "x/pip.conf": conf})
    assert printed(command(bare, "x/a.py")) == "2.0"


@pytest.mark.usefixtures("world")
def test_the_projects_own_uv_toml_is_honoured(make_world: Callable[..., World], tmp_path: Path) -> None:
    """Settings of uv next to the list hold, and another content of them gives another environment."""
    bare = make_world(environ={name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))})
    settings = f'no-index = true\nfind-links = ["{tmp_path / "wheels"}"]\n'
    repository(bare, {"x/a.py": SCRIPT, "x/requirements.txt": "greeting\n", "x/uv.toml": settings})
    assert printed(command(bare, "x/a.py")) == "2.0"
    (bare.root / "x/uv.toml").write_text(settings + 'resolution = "lowest"\n')
    assert printed(command(bare, "x/a.py")) == "1.0"


def test_a_list_in_the_manifest_is_moved_to_be_locked(world: World) -> None:
    """There is no file that could be renamed."""
    with pytest.raises(ToolchainError, match="a list of packages in the manifest has no lock file") as raised:
        write_lock(
            Declared("packages", packages=("openai",), locked=False), Runtime("python", "3.11", Path("python3"), "PATH"), world
        )
    assert raised.value.diagnosis.hint.startswith("move the list to a file requirements.in next to the scripts, and write ")
