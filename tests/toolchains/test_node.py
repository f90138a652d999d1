"""Node examples run with the machine's Node.js, or a provisioned one, and find their packages wherever they lie."""

import base64
import gzip
import hashlib
import http.server
import io
import json
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Deps, Packages, PreparedRuntime, Runtime, load_toolchain
from dvara_examples.toolchains._node.typescript import TypeScriptRunner
from dvara_examples.toolchains._node_runtime import pinned_version, provision
from dvara_examples.toolchains.node import PreparedNode
from tests.toolchains.conftest import OnDay

ROOT = Path(__file__).parents[2]
NODE = load_toolchain("node")
GREET = "import { word } from 'greeting';\nconsole.log(word, ...process.argv.slice(2));\n"


@pytest.fixture
def world(make_world: Callable[..., World], shared_cache: Path) -> World:
    """Return a World whose PATH holds a Node.js: the machine's own or, if there is none, one that is fetched for the tests."""
    plain = make_world()
    if probe(plain).origin != "provisioned":
        return plain
    fetched = provision(make_world(cache_dir=shared_cache), lambda _: None)
    installed = plain.root / "installed"
    installed.mkdir()
    (installed / "node").symlink_to(fetched.node)
    (installed / "npm").write_text(f"#!/bin/sh\nexec '{fetched.node}' '{fetched.npm}' \"$@\"\n")
    (installed / "npm").chmod(0o755)
    return make_world(environ=os.environ | {"PATH": f"{installed}{os.pathsep}{os.environ['PATH']}"})


def write_package(folder: Path, version: str) -> tuple[str, str]:
    """Put a tarball of the ES module ``greeting`` into *folder*; return its address and its integrity as npm writes it."""
    described = {"name": "greeting", "version": version, "type": "module", "exports": "./index.js"}
    files = {"package.json": json.dumps(described), "index.js": f"export const word = 'hello {version}';\n"}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size, entry.mode = len(text.encode()), 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))
    tarball = folder / f"greeting-{version}.tgz"
    tarball.write_bytes(gzip.compress(packed.getvalue(), mtime=0))
    return f"file:{tarball}", "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()


def pin(world: World, version: str) -> Path:
    """Let the project pin ``greeting`` in *version*, from a tarball so that no network is needed; return the project."""
    project = world.root / "examples" / "node"
    project.mkdir(parents=True, exist_ok=True)
    address, integrity = write_package(world.root, version)
    listed = {"name": "project", "private": True, "type": "module", "dependencies": {"greeting": address}}
    locked = {
        "": {"name": "project", "dependencies": {"greeting": address}},
        "node_modules/greeting": {"version": version, "resolved": address, "integrity": integrity},
    }
    lock = {"name": "project", "lockfileVersion": 3, "requires": True, "packages": locked}
    (project / "package.json").write_text(json.dumps(listed))
    (project / "package-lock.json").write_text(json.dumps(lock))
    return project


def probe(world: World) -> Runtime:
    """Return the runtime, which is always one."""
    found = NODE.probe(world)
    assert isinstance(found, Runtime)
    return found


def prepare(world: World, project: Path, said: list[str] | None = None, deps: Deps = Deps.LOCKED) -> PreparedRuntime:
    """Prepare *project* for the Node.js of *world*."""
    return NODE.prepare(probe(world), project, world, (said if said is not None else []).append, deps)


def run(command: Command) -> "subprocess.CompletedProcess[str]":
    """Run *command* with nothing else in its environment."""
    return subprocess.run(command.argv, env=dict(command.env), capture_output=True, text=True, timeout=60, check=False)


def output_of(prepared: PreparedRuntime, script: Path, args: Sequence[str] = ()) -> str:
    """Run *script* and return what it printed; anything on stderr fails the test."""
    done = run(prepared.command(script, args))
    assert done.stderr == ""
    return done.stdout


def script_in(folder: Path, text: str = GREET, name: str = "script.mjs") -> Path:
    """Write a script."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / name
    script.write_text(text)
    return script


def fake_node(folder: Path, says: str) -> Path:
    """Put a ``node`` that prints *says* into *folder*."""
    folder.mkdir(exist_ok=True)
    fake = folder / "node"
    fake.write_text(f"#!/bin/sh\necho '{says}'\n")
    fake.chmod(0o755)
    return fake


def no_typescript(script: Path) -> TypeScriptRunner:
    """Fail, as no TypeScript is run here."""
    raise AssertionError(script)


def takes_network_away() -> bool:
    """Tell whether this system lets a process start another one without a network."""
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "-n", "true"], check=False).returncode == 0


def test_node_on_path(make_world: Callable[..., World], tmp_path: Path) -> None:
    """The first node on the PATH of the world is taken where it is new enough."""
    fake = fake_node(tmp_path, "v18.0.0")
    assert probe(make_world(environ={"PATH": str(tmp_path)})) == Runtime("node", "18.0.0", fake, "PATH")


@pytest.mark.parametrize("says", ["v16.20.2", "v17.9.1", "nonsense", ""])
def test_node_that_does_not_fit(make_world: Callable[..., World], tmp_path: Path, says: str) -> None:
    """A node that is too old or tells no version is passed over, and the runtime says what was found."""
    fake_node(tmp_path, says)
    runtime = probe(make_world(environ={"PATH": str(tmp_path)}))
    assert (runtime.origin, runtime.version) == ("provisioned", pinned_version())
    assert (says or "no version") in runtime.details["passed_over"]


@pytest.mark.parametrize("environ", [{}, {"PATH": ""}, {"PATH": "/nowhere"}])
def test_no_node(make_world: Callable[..., World], environ: dict[str, str]) -> None:
    """Without a node on PATH one is to be provisioned; probing alone fetches nothing."""
    world = make_world(environ=environ)
    assert probe(world).origin == "provisioned"
    assert not world.cache_dir.exists()


def test_scripts_of_the_examples_run_as_a_reader_runs_them(world: World) -> None:
    """A script next to the packages' list is started by its name alone and imports what is pinned."""
    project = pin(world, "1.0.0")
    prepared = prepare(world, project)
    script = script_in(project)
    assert output_of(prepared, script, ["a b", ""]) == "hello 1.0.0 a b \n"
    command = prepared.command(script)
    assert command.argv == (str(probe(world).executable), str(script))
    assert command.versions == {"node": probe(world).version, "greeting": "1.0.0"}


def test_scripts_elsewhere_use_the_packages_of_the_examples(world: World) -> None:
    """A script outside, whose own folders list no packages, imports those of the examples; no link is put next to it."""
    pin(world, "1.0.0")
    elsewhere = world.root / "tests" / "data"
    script = script_in(elsewhere)
    assert output_of(prepare(world, elsewhere), script) == "hello 1.0.0\n"
    assert [path.name for path in elsewhere.iterdir()] == ["script.mjs"]


def test_common_js_elsewhere(world: World) -> None:
    """A CommonJS script outside finds the packages too."""
    pin(world, "1.0.0")
    script = script_in(world.root / "tests", "import('greeting').then(({ word }) => console.log(word));\n", "script.js")
    required = script_in(world.root / "tests", "console.log(require.resolve('greeting').length > 0);\n", "required.js")
    prepared = prepare(world, script.parent)
    assert output_of(prepared, script) == "hello 1.0.0\n"
    assert output_of(prepared, required) == "true\n"


def test_stack_traces_name_the_readers_file(world: World) -> None:
    """Where a script elsewhere throws, the trace names it where it lies, and the exit code is Node's own."""
    pin(world, "1.0.0")
    script = script_in(world.root / "tests", GREET + "throw new Error('on purpose');\n")
    done = run(prepare(world, script.parent).command(script))
    assert (done.returncode, done.stdout) == (1, "hello 1.0.0\n")
    assert f"{script.as_uri()}:3" in done.stderr
    assert "node_packages.mjs" not in done.stderr


def test_unknown_package_elsewhere(world: World) -> None:
    """A package that is not pinned fails in Node's own words, which name the script."""
    pin(world, "1.0.0")
    script = script_in(world.root / "tests", "import 'not-pinned';\n")
    done = run(prepare(world, script.parent).command(script))
    assert done.returncode == 1
    assert f"Cannot find package 'not-pinned' imported from {script}" in done.stderr


def test_unsettled_await_elsewhere(world: World) -> None:
    """A script that waits for what never comes ends with Node's exit code 13, resolver or not."""
    pin(world, "1.0.0")
    script = script_in(world.root / "tests", GREET + "await new Promise(() => {});\n")
    assert run(prepare(world, script.parent).command(script)).returncode == 13


def test_packages_beside_the_scripts_are_no_change_for_git(world: World) -> None:
    """Git sees nothing new, although it takes a ``node_modules/`` in ``.gitignore`` for folders alone."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("no git on PATH")
    project = pin(world, "1.0.0")
    subprocess.run([git, "init", "-q", str(project)], check=True, timeout=60)
    prepare(world, project)
    assert (project / "node_modules" / "greeting" / "index.js").is_file()
    asked = [git, "-C", str(project), "status", "--porcelain"]
    seen = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True).stdout.split()
    assert seen == ["??", "package-lock.json", "??", "package.json"]


def test_a_link_of_an_earlier_release_is_replaced(world: World) -> None:
    """Where ``node_modules`` was one link into the cache, it becomes a folder."""
    project = pin(world, "1.0.0")
    prepare(world, project)
    place = project / "node_modules"
    packages = (place / "greeting").resolve().parent
    shutil.rmtree(place)
    place.symlink_to(packages)
    pin(world, "2.0.0")
    assert output_of(prepare(world, project), script_in(project)) == "hello 2.0.0\n"
    assert not place.is_symlink()


def test_own_node_modules_are_left_alone(world: World) -> None:
    """A folder of the reader's own next to the scripts is neither touched nor used: the pinned version is."""
    project = pin(world, "1.0.0")
    own = project / "node_modules" / "greeting"
    own.mkdir(parents=True)
    (own / "package.json").write_text('{"name": "greeting", "version": "0.1.0", "type": "module", "exports": "./index.js"}')
    (own / "index.js").write_text("export const word = 'mine';\n")
    assert output_of(prepare(world, project), script_in(project)) == "hello 1.0.0\n"
    assert (own / "index.js").read_text() == "export const word = 'mine';\n"


def test_folder_that_takes_no_link(world: World) -> None:
    """Where nothing can be put next to the scripts they find their packages all the same."""
    project = pin(world, "1.0.0")
    (project / "node_modules").write_text("a file stands where the link would go\n")
    assert output_of(prepare(world, project), script_in(project)) == "hello 1.0.0\n"


def test_changed_lock_moves_the_link(world: World) -> None:
    """After the lock has changed scripts see the new version, still without a resolver."""
    prepare(world, pin(world, "1.0.0"))
    project = pin(world, "2.0.0")
    prepared = prepare(world, project)
    script = script_in(project)
    assert output_of(prepared, script) == "hello 2.0.0\n"
    assert len(prepared.command(script).argv) == 2


def test_two_caches_do_not_fight_over_the_link(make_world: Callable[..., World], tmp_path: Path) -> None:
    """A link that leads to another living cache stays, and both worlds find their packages."""
    first, second = make_world(), make_world(cache_dir=tmp_path / "second")
    project = pin(first, "1.0.0")
    script = script_in(project)
    old, new = prepare(first, project), prepare(second, project)
    assert (project / "node_modules" / "greeting").resolve().is_relative_to(first.cache_dir)
    assert output_of(old, script) == output_of(new, script) == "hello 1.0.0\n"
    shutil.rmtree(first.cache_dir)
    assert output_of(prepare(second, project), script) == "hello 1.0.0\n"
    assert (project / "node_modules" / "greeting").resolve().is_relative_to(second.cache_dir)


def test_second_preparation_takes_what_is_there(world: World) -> None:
    """The packages are installed once: the tarball may be gone, and nothing is said, the second time."""
    project = pin(world, "1.0.0")
    said: list[str] = []
    first = prepare(world, project, said)
    (world.root / "greeting-1.0.0.tgz").unlink()
    assert prepare(world, project, said) == first
    assert len(said) == 1


def test_no_install_script_is_run(world: World) -> None:
    """Packages run nothing of their own while they are being installed."""
    project = pin(world, "1.0.0")
    listed = json.loads((project / "package.json").read_text())
    trace = world.root / "trace"
    (project / "package.json").write_text(json.dumps(listed | {"scripts": {"postinstall": f"touch {trace}"}}))
    prepare(world, project)
    assert not trace.exists()


def test_damaged_package_is_refused(world: World) -> None:
    """A tarball that is not the pinned one is refused in npm's own words."""
    project = pin(world, "1.0.0")
    (world.root / "greeting-1.0.0.tgz").write_bytes(gzip.compress(b"something else"))
    with pytest.raises(ToolchainError, match=r"(?s)package-lock\.json could not be installed, .*EINTEGRITY"):
        prepare(world, project)


def test_no_lock_file(world: World) -> None:
    """A list of packages without a lock is resolved once, no lock is written next to it, and the run says since when it is so."""
    project = pin(world, "1.0.0")
    (project / "package-lock.json").unlink()
    on_the_fourth = replace(world, clock=OnDay(4))
    prepared = prepare(on_the_fourth, project)
    assert output_of(prepared, script_in(project)) == "hello 1.0.0\n"
    said: list[str] = []
    later = prepare(replace(world, clock=OnDay(9), offline=True), project, said).command(project / "script.mjs")
    assert later.dependencies == "examples/node/package.json, not locked, resolved on 2026-05-04"
    assert later.versions["greeting"] == "1.0.0"
    assert said == []
    assert sorted(path.name for path in project.iterdir()) == ["package.json", "script.mjs"]


def test_packages_of_the_manifest(world: World) -> None:
    """What the manifest lists for an example is installed, whatever list lies next to its script."""
    project = pin(world, "1.0.0")
    address, _ = write_package(world.root, "2.0.0")
    packages = Packages((address,))
    script = script_in(project)
    prepared = NODE.prepare(probe(world), project, world, lambda _: None, declared=NODE.declared(script, packages, world))
    assert output_of(prepared, script) == "hello 2.0.0\n"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"packages": []}', '{"lockfileVersion": 1, "dependencies": {}}'])
def test_unreadable_lock_file(world: World, content: str) -> None:
    """A lock file that is not one is refused with the command that makes one."""
    project = pin(world, "1.0.0")
    (project / "package-lock.json").write_text(content)
    with pytest.raises(ToolchainError, match=r"is not a lock file of npm 7 or newer; create one"):
        prepare(world, project)


def test_nothing_listed(world: World) -> None:
    """Where no packages are listed the script runs on the bare Node.js."""
    script = script_in(world.root, "console.log('plain');\n")
    assert output_of(prepare(world, world.root), script) == "plain\n"
    assert not world.cache_dir.exists()


def test_old_node_without_a_link(tmp_path: Path) -> None:
    """A Node.js that can neither find the packages nor be told of them is an error that says which can."""
    prepared = PreparedNode(Path("node"), tmp_path / "packages", {}, {"node": "18.18.2"}, no_typescript)
    with pytest.raises(ToolchainError, match=r"^node 18\.18\.2 finds no packages for .* only Node 18\.19, 20\.6 and newer"):
        prepared.command(tmp_path / "script.mjs")


@pytest.mark.parametrize("version", ["18.19.0", "20.6.0", "21.0.0", "22.0.0", "24.19.0"])
def test_node_with_hooks(tmp_path: Path, version: str) -> None:
    """These releases are given a resolver."""
    prepared = PreparedNode(Path("node"), tmp_path / "packages", {}, {"node": version}, no_typescript)
    assert "--import" in prepared.command(tmp_path / "script.mjs").argv


@pytest.mark.slow
def test_machine_without_node(make_world: Callable[..., World], shared_cache: Path, tmp_path: Path) -> None:
    """With no node on PATH one is provisioned, installs what the examples pin and runs a script that imports it."""
    environ = {name: value for name, value in os.environ.items() if name != "PATH"}
    shutil.copytree(ROOT / "examples" / "node", tmp_path / "examples" / "node", symlinks=True)
    world = make_world(cache_dir=shared_cache, environ=environ)
    script = script_in(tmp_path, "import OpenAI from 'openai';\nconsole.log(process.version, typeof OpenAI);\n")
    prepared = prepare(world, script.parent)
    assert output_of(prepared, script) == f"v{pinned_version()} function\n"


@pytest.mark.slow
@pytest.mark.skipif(not takes_network_away(), reason="this system does not let a test take the network away (unshare -n)")
def test_offline_once_prepared(make_world: Callable[..., World], shared_cache: Path, tmp_path: Path) -> None:
    """After one preparation a process without a network prepares again and runs a script that imports the packages."""
    shutil.copytree(ROOT / "examples" / "node", tmp_path / "examples" / "node", symlinks=True)
    world = make_world(cache_dir=shared_cache)
    script = script_in(tmp_path / "examples" / "node", "import OpenAI from 'openai';\nconsole.log(typeof OpenAI);\n")
    command = prepare(world, script.parent).command(script)
    offline = ["unshare", "-n", *command.argv]
    assert subprocess.check_output(offline, env={**os.environ, **command.env}, text=True, timeout=60) == "function\n"


def test_floors_have_a_lock_of_their_own(world: World) -> None:
    """Scripts find the floors where these are asked for, although the link next to them leads to what is locked."""
    project = pin(world, "1.0.0")
    floors = project / "lowest"
    floors.mkdir()
    for name in ("package.json", "package-lock.json"):
        (project / name).rename(floors / name)
    pin(world, "2.0.0")
    script = script_in(project)
    assert output_of(prepare(world, project), script) == "hello 2.0.0\n"
    lowest = prepare(world, project, deps=Deps.LOWEST)
    assert output_of(lowest, script) == "hello 1.0.0\n"
    assert lowest.command(script).versions["greeting"] == "1.0.0"
    assert len(prepare(world, project).command(script).argv) == 2


@contextmanager
def registry(folder: Path, engines: dict[str, str]) -> Iterator[str]:
    """Serve ``greeting`` as a registry does, and yield the address; *engines* gives each version's, the last is the newest."""
    versions = {}
    for version, engine in engines.items():
        dist = {"tarball": f"/greeting-{version}.tgz", "integrity": write_package(folder, version)[1]}
        versions[version] = {"name": "greeting", "version": version, "engines": {"node": engine}, "dist": dist}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if "greeting" not in self.path:
                self.send_error(404)
                return
            if self.path.endswith(".tgz"):
                body = (folder / self.path.rpartition("/")[2]).read_bytes()
            else:
                for dist in (described["dist"] for described in versions.values()):
                    assert isinstance(dist, dict)
                    dist["tarball"] = address + "/" + dist["tarball"].rpartition("/")[2]
                tags = {"latest": list(versions)[-1]}
                body = json.dumps({"name": "greeting", "dist-tags": tags, "versions": versions}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="registry")
        thread.start()
        try:
            yield address
        finally:
            server.shutdown()
            thread.join(5)


def newest(world: World, address: str, day: int) -> str:
    """Return what a script of the project prints that is given the newest packages of the registry at *address*."""
    online = replace(world, clock=OnDay(day), environ={**world.environ, "npm_config_registry": address})
    project = pin(world, "1.0.0")
    listing = project / "package.json"
    listing.write_text(json.dumps({**json.loads(listing.read_text()), "dependencies": {"greeting": ">=1"}}))
    prepared = prepare(online, project, deps=Deps.LATEST)
    assert not (project / "node_modules").exists()
    return output_of(prepared, script_in(project))


def test_newest_is_what_this_node_can_run(world: World) -> None:
    """The newest release is taken that says it runs on this Node.js, as a newcomer's own npm would."""
    with registry(world.root, {"1.0.0": ">=18", "1.5.0": ">=18", "2.0.0": ">=99"}) as address:
        assert newest(world, address, 1) == "hello 1.5.0\n"


def test_newest_is_asked_for_once_a_day(world: World) -> None:
    """On the same day nothing is asked again, the registry may be gone; a day later the newer release is found."""
    with registry(world.root, {"1.0.0": ">=18"}) as address:
        assert newest(world, address, 1) == "hello 1.0.0\n"
    assert newest(world, address, 1) == "hello 1.0.0\n"
    with registry(world.root, {"1.0.0": ">=18", "2.0.0": ">=18"}) as address:
        assert newest(world, address, 2) == "hello 2.0.0\n"
