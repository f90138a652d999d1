"""Version managers choose by the current folder: a runtime is looked up once, and started directly from then on."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dvara_examples.core.world import World
from dvara_examples.toolchains import Runtime, load_toolchain
from dvara_examples.toolchains._install import may_choose
from dvara_examples.toolchains.node import _own_npm
from dvara_examples.toolchains.python import CHOICE

_NODE = """#!/bin/sh
case "$1" in
--version) echo v20.1.0 ;;
-p) echo "$(cd "$(dirname "$0")" && pwd)/$(basename "$0")" ;;
esac
"""
_CHOOSES = '#!/bin/sh\n[ -f .tool-versions ] || {{ echo "no version is set" >&2; exit 126; }}\nexec {real} "$@"\n'


def executable(path: Path, text: str) -> Path:
    """Write a script that can be started."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def managed(make_world: Callable[..., World], tmp_path: Path) -> Callable[..., World]:
    """Return a function that makes a world whose folder says which version is wanted."""
    (tmp_path / ".tool-versions").write_text("nodejs 20.1.0\n")
    return lambda **environ: make_world(environ={"PATH": f"{tmp_path / 'shims'}:{tmp_path / 'system'}:/usr/bin:/bin", **environ})


@pytest.mark.parametrize("kind", ["script", "link"])
def test_a_node_of_a_version_manager_is_resolved_to_its_real_executable(
    managed: Callable[..., World], tmp_path: Path, kind: str
) -> None:
    """Asdf's and nodenv's shims are scripts, Volta's and mise's links to a program of another name."""
    real = executable(tmp_path / "installs" / "20.1.0" / "bin" / "node", _NODE)
    text = _CHOOSES.format(real=real)
    if kind == "script":
        executable(tmp_path / "shims" / "node", text)
    else:
        executable(tmp_path / "manager" / "chooser", text)
        (tmp_path / "shims").mkdir()
        (tmp_path / "shims" / "node").symlink_to(tmp_path / "manager" / "chooser")
    runtime = load_toolchain("node").probe(managed())
    assert runtime == Runtime("node", "20.1.0", real, "PATH")


def test_npm_is_taken_from_beside_the_real_node(managed: Callable[..., World], tmp_path: Path) -> None:
    """Its shim would choose again, in the folder of the cache, where nothing says which version is wanted."""
    real = executable(tmp_path / "installs" / "bin" / "node", _NODE)
    npm = executable(tmp_path / "installs" / "bin" / "npm", "#!/bin/sh\n")
    executable(tmp_path / "shims" / "node", _CHOOSES.format(real=real))
    shim = executable(tmp_path / "shims" / "npm", _CHOOSES.format(real=npm))
    world = managed()
    runtime = load_toolchain("node").probe(world)
    assert isinstance(runtime, Runtime)
    assert _own_npm(runtime, world) == str(npm)
    npm.unlink()
    system = executable(tmp_path / "system" / "npm", "#!/bin/sh\n")
    assert _own_npm(runtime, world) == str(system)
    system.unlink()
    only_shims = managed(PATH=str(shim.parent))
    assert _own_npm(runtime, only_shims) == str(shim)


def test_a_python_of_a_version_manager_is_resolved_to_its_real_executable(managed: Callable[..., World], tmp_path: Path) -> None:
    """What DVARA_EXAMPLES_PYTHON names is asked where it is, once."""
    executable(tmp_path / "shims" / "python3", _CHOOSES.format(real=sys.executable))
    runtime = load_toolchain("python").probe(managed(**{CHOICE: "python3"}))
    assert isinstance(runtime, Runtime)
    assert runtime.executable.samefile(sys.executable)
    assert "shims" not in runtime.executable.parts


def test_a_binary_of_the_runtimes_name_is_no_shim(tmp_path: Path) -> None:
    """A link to it is kept as it is written, as updates replace what is behind it; in a folder of shims nothing is sure."""
    real = tmp_path / "real" / "node20"
    real.parent.mkdir()
    real.write_bytes(b"\x7fELF")
    for folder, shim in (("bin", False), ("shims", True)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "node").symlink_to(real)
        assert may_choose(str(tmp_path / folder / "node"), "node") is shim
    assert not may_choose(str(tmp_path / "gone"), "node")
