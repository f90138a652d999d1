"""Python examples run in an environment of their own, made once from the pinned packages."""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Deps, Missing, PreparedRuntime, Runtime, load_toolchain
from dvara_examples.toolchains.python import CHOICE
from tests.toolchains.conftest import OnDay

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PYTHON = load_toolchain("python")


def write_wheel(folder: Path, version: str, content: str = "WORD = 'hello'\n") -> str:
    """Put a wheel of the package ``greeting`` into *folder* and return the line that pins it."""
    info = f"greeting-{version}.dist-info"
    files = {
        "greeting.py": content,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: greeting\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    wheel = folder / f"greeting-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD")))
    return f"greeting=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def pin(world: World, version: str) -> Path:
    """Let the project pin ``greeting`` in *version*, and return the project."""
    project = world.root / "examples" / "python"
    project.mkdir(parents=True, exist_ok=True)
    (project / "requirements.in").write_text("# what is asked for\ngreeting\n")
    (project / "requirements.txt").write_text(write_wheel(world.root / "wheels", version))
    return project


@pytest.fixture
def offline_world(make_world: Callable[..., World], tmp_path: Path) -> World:
    """Return a World in which packages come from a folder of wheels and from nowhere else."""
    (tmp_path / "wheels").mkdir()
    return make_world(environ={**os.environ, "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(tmp_path / "wheels")})


def probe(world: World) -> Runtime:
    """Return the runtime, which must be there."""
    found = PYTHON.probe(world)
    assert isinstance(found, Runtime)
    return found


def prepare(world: World, project: Path, said: list[str] | None = None, deps: Deps = Deps.LOCKED) -> PreparedRuntime:
    """Prepare *project* for the interpreter of *world*."""
    return PYTHON.prepare(probe(world), project, world, (said if said is not None else []).append, deps)


def run(command: Command) -> str:
    """Run *command* with nothing else in its environment and return what it printed."""
    return subprocess.run(command.argv, env=dict(command.env), capture_output=True, text=True, timeout=60, check=True).stdout


def script_in(folder: Path, text: str) -> Path:
    """Write a script."""
    script = folder / "script.py"
    script.write_text(text)
    return script


def fake_interpreter(folder: Path, says: str) -> Path:
    """Put an executable that prints *says* into *folder*."""
    fake = folder / "fake-python"
    fake.write_text(f"#!/bin/sh\necho '{says}'\n")
    fake.chmod(0o755)
    return fake


def test_runs_scripts_with_the_interpreter_of_the_tool(world: World) -> None:
    """Unless told otherwise, the examples run on the Python that runs this tool, outside the tool's own environment."""
    runtime = probe(world)
    asked = [str(runtime.executable), "-c", "import sys; print(sys.version.split()[0], sys.prefix == sys.base_prefix)"]
    assert subprocess.check_output(asked, text=True, timeout=60).split() == [runtime.version, "True"]
    assert runtime.version == sys.version.split()[0]


def test_another_interpreter_can_be_chosen(make_world: Callable[..., World], tmp_path: Path) -> None:
    """The environment names an interpreter by its path."""
    fake = fake_interpreter(tmp_path, "3.12.1")
    assert probe(make_world(environ={CHOICE: str(fake)})) == Runtime("python", "3.12.1", fake, CHOICE)


def test_another_interpreter_can_be_chosen_by_name(make_world: Callable[..., World], tmp_path: Path) -> None:
    """The environment names an interpreter that lies on its PATH."""
    fake = fake_interpreter(tmp_path, "3.10.0")
    world = make_world(environ={CHOICE: "fake-python", "PATH": str(tmp_path)})
    assert probe(world).executable == fake


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("3.9.18", "is Python 3.9.18; the examples need 3.10 or newer"),
        ("no idea", "does not report its version; is it a Python?"),
        ("", "does not report its version; is it a Python?"),
    ],
)
def test_chosen_interpreter_that_does_not_fit(make_world: Callable[..., World], tmp_path: Path, says: str, reason: str) -> None:
    """A chosen interpreter below the floor, or that is not one, is missing with the reason."""
    fake = fake_interpreter(tmp_path, says)
    found = PYTHON.probe(make_world(environ={CHOICE: str(fake)}))
    assert isinstance(found, Missing)
    assert found.reason == f"{fake}, named by {CHOICE}, {reason}"


def test_chosen_interpreter_that_is_not_there(make_world: Callable[..., World], tmp_path: Path) -> None:
    """A chosen interpreter that does not exist is missing, and the reason repeats what was chosen."""
    found = PYTHON.probe(make_world(environ={CHOICE: "/no/such/python", "PATH": str(tmp_path)}))
    assert isinstance(found, Missing)
    assert "'/no/such/python'" in found.reason


def test_scripts_import_what_is_pinned(offline_world: World) -> None:
    """A script of the project imports the pinned package, and its version is told."""
    project = pin(offline_world, "1.0")
    command = prepare(offline_world, project).command(
        script_in(project, "import sys, greeting\nprint(greeting.WORD, sys.argv[1:])\n"), ["a b", ""]
    )
    assert run(command) == "hello ['a b', '']\n"
    assert command.versions == {"python": probe(offline_world).version, "greeting": "1.0"}


def test_scripts_do_not_see_the_tools_own_packages(offline_world: World) -> None:
    """A package of the tool is absent from the environment of the examples."""
    project = pin(offline_world, "1.0")
    command = prepare(offline_world, project).command(
        script_in(project, "import importlib.util as u\nprint(u.find_spec('click'), u.find_spec('pip'))\n")
    )
    assert run(command) == "None None\n"


def test_output_is_left_buffered_and_utf_8(offline_world: World) -> None:
    """The tool does not unbuffer a script that forgets to flush, and no locale garbles what it prints."""
    project = pin(offline_world, "1.0")
    command = prepare(offline_world, project).command(
        script_in(project, "import sys\nprint(sys.stdout.encoding, sys.stdout.write_through, sys.stdout.line_buffering)\n")
    )
    assert run(command) == "utf-8 False False\n"
    assert command.argv[1:] == (str(project / "script.py"),)


def test_nothing_is_compiled_at_run_time(offline_world: World) -> None:
    """Packages are byte-compiled while they are installed, and a run writes nothing next to the script."""
    project = pin(offline_world, "1.0")
    (project / "helper.py").write_text("")
    command = prepare(offline_world, project).command(
        script_in(project, "import helper, greeting, os\nprint(os.path.exists(greeting.__cached__))\n")
    )
    assert run(command) == "True\n"
    assert not (project / "__pycache__").exists()


def test_second_preparation_takes_what_is_there(offline_world: World) -> None:
    """The environment is made once: the wheels may be gone, and nothing is said, the second time."""
    project = pin(offline_world, "1.0")
    said: list[str] = []
    first = prepare(offline_world, project, said)
    assert len(said) == 1
    for wheel in (offline_world.root / "wheels").iterdir():
        wheel.unlink()
    assert prepare(offline_world, project, said) == first
    assert len(said) == 1


def test_changed_lock_makes_another_environment(offline_world: World) -> None:
    """After the lock has changed, scripts see the new version; what was prepared before still holds."""
    old = prepare(offline_world, pin(offline_world, "1.0"))
    project = pin(offline_world, "2.0")
    script = script_in(project, "import importlib.metadata as m\nprint(m.version('greeting'))\n")
    assert run(prepare(offline_world, project).command(script)) == "2.0\n"
    assert run(old.command(script)) == "1.0\n"


def test_wrong_hash_is_refused(offline_world: World) -> None:
    """A package that is not the pinned one is not installed, and uv's own words say so."""
    project = pin(offline_world, "1.0")
    write_wheel(offline_world.root / "wheels", "1.0", "WORD = 'something else'\n")
    with pytest.raises(ToolchainError, match=r"(?s)requirements\.txt could not be installed.*Hash mismatch for `greeting==1.0`"):
        prepare(offline_world, project)


def test_package_that_cannot_be_found(offline_world: World) -> None:
    """A pin that no index has is refused in uv's own words, without a traceback."""
    project = pin(offline_world, "1.0")
    (project / "requirements.txt").write_text("nowhere-to-be-found==1.0 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(ToolchainError, match=r"(?s)could not be installed, uv ended with 1; .*\n.*nowhere-to-be-found"):
        prepare(offline_world, project)


def test_no_network_and_nothing_prepared(make_world: Callable[..., World]) -> None:
    """Without a network the first time, the sentence says to go online once."""
    world = make_world(environ={"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0"})
    (world.root / "wheels").mkdir()
    with pytest.raises(ToolchainError, match="are not here yet and could not be fetched; go online and run this once more"):
        prepare(world, pin(world, "1.0"))


def test_scripts_outside_use_the_packages_of_the_examples(offline_world: World) -> None:
    """Scripts whose folder, and those above it, pin nothing use what the examples pin."""
    pin(offline_world, "1.0")
    elsewhere = offline_world.root / "tests" / "data"
    elsewhere.mkdir(parents=True)
    script = script_in(elsewhere, "import greeting\nprint(greeting.WORD)\n")
    assert run(prepare(offline_world, elsewhere).command(script)) == "hello\n"


def test_nothing_pinned(world: World) -> None:
    """Where nothing is pinned the bare interpreter runs the script."""
    command = prepare(world, world.root).command(script_in(world.root, "print('plain')\n"))
    assert run(command) == "plain\n"
    assert command.argv[0] == str(probe(world).executable)
    assert not world.cache_dir.exists()


def test_the_examples_own_lock(make_world: Callable[..., World], shared_cache: Path, tmp_path: Path) -> None:
    """What the examples pin installs on this interpreter and can be imported."""
    world = make_world(root=ROOT, cache_dir=shared_cache)
    command = prepare(world, ROOT / "examples" / "python").command(
        script_in(tmp_path, "import openai\nprint(openai.__version__)\n")
    )
    assert run(command).strip() == command.versions["openai"]


def greeting_version(world: World, deps: Deps) -> str:
    """Return the version of ``greeting`` that a script gets, which must be the one that its command tells."""
    project = world.root / "examples" / "python"
    script = script_in(project, "import importlib.metadata as m\nprint(m.version('greeting'))\n")
    command = prepare(world, project, deps=deps).command(script)
    seen = run(command).strip()
    assert command.versions["greeting"] == seen
    return seen


def test_floors_have_a_lock_of_their_own(offline_world: World) -> None:
    """The floors and the locked set stand side by side, and which one a script gets is asked for."""
    floors = write_wheel(offline_world.root / "wheels", "1.0")
    (pin(offline_world, "2.0") / "requirements-lowest.txt").write_text(floors)
    assert [greeting_version(offline_world, deps) for deps in (Deps.LOWEST, Deps.LOCKED)] == ["1.0", "2.0"]


@pytest.mark.parametrize(("deps", "file"), [(Deps.LOWEST, "requirements-lowest.txt"), (Deps.LATEST, "requirements.in")])
def test_releases_that_nothing_tells(offline_world: World, deps: Deps, file: str) -> None:
    """A project that does not say what its floors or its wishes are is refused by the name of the file that would."""
    project = pin(offline_world, "1.0")
    (project / "requirements.in").unlink()
    with pytest.raises(ToolchainError, match=rf"{file} is not there, and says what --deps {deps} means"):
        prepare(offline_world, project, deps=deps)


def test_newest_goes_beyond_the_lock_and_its_bounds(offline_world: World) -> None:
    """The newest releases are those that somebody gets who asks for a name alone."""
    project = pin(offline_world, "1.0")
    (project / "requirements.in").write_text("# bounds are for the lock\ngreeting>=1,<2  # not for newcomers\n")
    write_wheel(offline_world.root / "wheels", "3.0")
    assert greeting_version(offline_world, Deps.LATEST) == "3.0"
    assert greeting_version(offline_world, Deps.LOCKED) == "1.0"


def test_newest_is_asked_for_once_a_day(offline_world: World) -> None:
    """A release of the same day changes nothing until the next day has come."""
    today, tomorrow = replace(offline_world, clock=OnDay(1)), replace(offline_world, clock=OnDay(2))
    pin(offline_world, "1.0")
    assert greeting_version(today, Deps.LATEST) == "1.0"
    write_wheel(offline_world.root / "wheels", "2.0")
    assert greeting_version(today, Deps.LATEST) == "1.0"
    assert greeting_version(tomorrow, Deps.LATEST) == "2.0"
