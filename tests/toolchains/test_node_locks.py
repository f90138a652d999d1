"""Lock files of pnpm, Yarn, Bun and npm's workspaces: read by their own tools, in a copy, from a registry of the test's own."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Deps, Packages
from tests.toolchains.test_node import NODE, output_of, prepare, probe, registry, world, write_package

pytestmark = pytest.mark.slow  # each test installs packages
__all__ = ["world"]  # the fixture

SCRIPT = "import { word } from 'greeting';\nimport { hello } from 'own-lib';\nconsole.log(word, hello);\n"
NPM = """{"lockfileVersion": 3, "packages": {
 "": {"name": "top", "workspaces": ["lib", "app"]},
 "app": {"version": "1.0.0", "dependencies": {"greeting": "^1.0.0", "own-lib": "^1.0.0"}},
 "lib": {"name": "own-lib", "version": "1.0.0"},
 "node_modules/app": {"resolved": "app", "link": true}, "node_modules/own-lib": {"resolved": "lib", "link": true},
 "node_modules/greeting": {"version": "1.0.0", "resolved": "URL/greeting-1.0.0.tgz", "integrity": "HASH"}}}
"""
PNPM = """lockfileVersion: 'FORMAT'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false

importers:

  .: {}

  app:
    dependencies:
      greeting:
        specifier: ^1.0.0
        version: 1.0.0
      own-lib:
        specifier: ^1.0.0
        version: link:../lib

  lib: {}

packages:

  SLASHgreeting@1.0.0:
    resolution: {integrity: HASH}
"""
SNAPSHOTS = "\nsnapshots:\n\n  greeting@1.0.0: {}\n"
YARN_1 = """# yarn lockfile v1


greeting@^1.0.0:
  version "1.0.0"
  resolved "URL/greeting-1.0.0.tgz"
  integrity HASH
"""
YARN = """__metadata:
  version: 8
  cacheKey: 10c0

"app@workspace:app":
  version: 0.0.0-use.local
  resolution: "app@workspace:app"
  dependencies:
    greeting: "npm:^1.0.0"
    own-lib: "npm:^1.0.0"
  languageName: unknown
  linkType: soft

"greeting@npm:^1.0.0":
  version: 1.0.0
  resolution: "greeting@npm:1.0.0"
  languageName: node
  linkType: hard

"own-lib@npm:^1.0.0, own-lib@workspace:lib":
  version: 0.0.0-use.local
  resolution: "own-lib@workspace:lib"
  languageName: unknown
  linkType: soft

"top@workspace:.":
  version: 0.0.0-use.local
  resolution: "top@workspace:."
  languageName: unknown
  linkType: soft
"""
BUN = """{
  "lockfileVersion": 1,
  "workspaces": {
    "": {"name": "top"},
    "app": {"name": "app", "version": "1.0.0", "dependencies": {"greeting": "^1.0.0", "own-lib": "^1.0.0"}},
    "lib": {"name": "own-lib", "version": "1.0.0"},
  },
  "packages": {
    "app": ["app@workspace:app"],
    "greeting": ["greeting@1.0.0", "", {}, "HASH"],
    "own-lib": ["own-lib@workspace:lib"],
  }
}
"""
LOCKS = {
    "npm": ("package-lock.json", NPM),
    "pnpm 8": ("pnpm-lock.yaml", PNPM.replace("FORMAT", "6.0").replace("SLASH", "/") + "    dev: false\n"),
    "pnpm": ("pnpm-lock.yaml", PNPM.replace("FORMAT", "9.0").replace("SLASH", "") + SNAPSHOTS),
    "yarn 1": ("yarn.lock", YARN_1),
    "yarn": ("yarn.lock", YARN),
    "bun": ("bun.lock", BUN),
}


@pytest.fixture
def theirs(world: World, shared_cache: Path) -> Iterator[Callable[[str], World]]:
    """Return a function that writes a workspace with the lock of a manager, which holds the older of two releases."""
    with registry(world.root, {"1.0.0": ">=18", "1.5.0": ">=18"}) as address:
        _, integrity = write_package(world.root, "1.0.0")

        shared = shared_cache / "v1" / "node-managers"
        shared.mkdir(parents=True, exist_ok=True)
        (world.cache_dir / "v1").mkdir(parents=True)
        (world.cache_dir / "v1" / "node-managers").symlink_to(shared)

        def write(manager: str) -> World:
            root = world.root / "theirs"
            name, lock = LOCKS[manager]
            files = {
                "package.json": json.dumps({"name": "top", "private": True, "workspaces": ["lib", "app"]}),
                "lib/package.json": '{"name": "own-lib", "version": "1.0.0", "type": "module", "exports": "./index.js"}',
                "lib/index.js": "export const hello = 'from lib';\n",
                "app/package.json": listing("^1.0.0"),
                "app/script.mjs": SCRIPT,
                ".npmrc": f"registry={address}/\nlink-workspace-packages=true\nfetch-retries=0\n",
                ".yarnrc.yml": f"npmRegistryServer: '{address}'\nunsafeHttpWhitelist: ['127.0.0.1']\n",
                "pnpm-workspace.yaml": "packages: ['lib', 'app']\n",
                name: lock.replace("HASH", integrity).replace("URL", address),
            }
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            return replace(world, root=root)

        yield write


def listing(wanted: str, lib: str = "^1.0.0") -> str:
    """Return the list of the member with the scripts."""
    needed = {"greeting": wanted, "own-lib": lib}
    described = {"name": "app", "version": "1.0.0", "private": True, "type": "module", "dependencies": needed}
    return json.dumps(described)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below *folder* with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(world: World, sentence: str) -> None:
    """Check that the workspace is refused with *sentence*, and that nothing is kept or changed."""
    before, kept = contents(world.root), set(world.cache_dir.glob("v1/node/*/complete"))
    with pytest.raises(ToolchainError, match=sentence) as raised:
        prepare(world, world.root / "app")
    assert raised.value.diagnosis.hint
    assert contents(world.root) == before
    assert set(world.cache_dir.glob("v1/node/*/complete")) == kept


@pytest.mark.parametrize("manager", LOCKS)
def test_the_lock_of_a_workspace_holds(theirs: Callable[[str], World], manager: str) -> None:
    """The release of the lock is used although a newer one fits, the other member is found, and the report names the lock."""
    world = theirs(manager)
    script = world.root / "app" / "script.mjs"
    prepared = prepare(world, script.parent)
    assert output_of(prepared, script) == "hello 1.0.0 from lib\n"
    command = prepared.command(script)
    assert command.dependencies == f"app/package.json with {LOCKS[manager][0]}"
    assert command.versions["greeting"] == "1.0.0"
    said: list[str] = []
    prepare(world, script.parent, said)
    assert said == []
    assert not list(world.cache_dir.glob("v1/node/*/*/repository/.npmrc"))


@pytest.mark.parametrize("manager", LOCKS)
def test_a_lock_that_does_not_match_its_list(theirs: Callable[[str], World], manager: str) -> None:
    """It is refused by name, with the command that brings it up to date; Yarn 1 itself takes it for whole in a workspace."""
    world = theirs(manager)
    (world.root / "app" / "package.json").write_text(listing("^1.5.0"))
    refused(world, rf"(?s){LOCKS[manager][0]} does not match .*; bring it up to date with `")


@pytest.mark.parametrize("manager", ["npm", "pnpm", "yarn 1", "bun"])
def test_a_package_that_is_not_what_the_lock_says(theirs: Callable[[str], World], manager: str) -> None:
    """A hash that does not fit is the manager's own finding."""
    world = theirs(manager)
    lock = world.root / LOCKS[manager][0]
    _, integrity = write_package(world.root.parent, "1.0.0")
    lock.write_text(lock.read_text().replace(integrity, "sha512-" + "A" * 86 + "=="))
    refused(world, r"(?si)could not be installed.*(integrity|checksum|different hash)")


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("pnpm-lock.yaml", "lockfileVersion: 5.4\n", r"has the format 5\.4, and pnpm's formats 6 and 9 are read; write it again"),
        ("pnpm-lock.yaml", "nothing\n", r"pnpm-lock\.yaml is not a lock file of pnpm; write it again with"),
        ("yarn.lock", "nothing\n", r"yarn\.lock is not a lock file of Yarn; write it again with"),
    ],
)
def test_a_lock_that_cannot_be_read(theirs: Callable[[str], World], name: str, text: str, sentence: str) -> None:
    """A lock of an unknown format is one sentence, and nothing is fetched for it."""
    world = theirs("pnpm")
    (world.root / "pnpm-lock.yaml").unlink()
    (world.root / name).write_text(text)
    refused(world, sentence)


def test_a_member_that_is_not_there(theirs: Callable[[str], World]) -> None:
    """A list that takes a package from its workspace, which lacks it, is one sentence before anything is started."""
    world = theirs("pnpm")
    (world.root / "pnpm-workspace.yaml").write_text("packages:\n  - app\n")
    (world.root / "package.json").write_text('{"private": true}')
    (world.root / "app" / "package.json").write_text(listing("^1.0.0", "workspace:*"))
    refused(world, r"takes own-lib from its workspace, which has no package of that name; add it")


def test_a_workspace_whose_list_of_members_cannot_be_read(theirs: Callable[[str], World]) -> None:
    """A ``pnpm-workspace.yaml`` that is no YAML is one sentence."""
    world = theirs("pnpm")
    (world.root / "package.json").write_text('{"private": true}')
    (world.root / "pnpm-workspace.yaml").write_text("packages: [\n")
    refused(world, r"pnpm-workspace\.yaml cannot be read \(.*\); correct it")


def test_the_manager_that_the_list_names_counts(theirs: Callable[[str], World]) -> None:
    """Where several locks lie in one folder, ``packageManager`` decides, and without it the one of npm counts."""
    world = theirs("yarn 1")
    (world.root / "pnpm-lock.yaml").write_text("")
    top = {"private": True, "workspaces": ["lib", "app"], "packageManager": "yarn@1.22.22"}
    (world.root / "package.json").write_text(json.dumps(top))
    declared = NODE.declared(world.root / "app" / "script.mjs", None, world)
    assert (declared.lock, declared.locked) == (world.root / "yarn.lock", True)


def test_lowest_and_latest_follow_the_ranges_of_the_list(theirs: Callable[[str], World]) -> None:
    """``--deps lowest`` takes the oldest release that the list allows, and ``latest`` the newest, whatever a lock says."""
    world = theirs("yarn 1")
    script = world.root / "app" / "script.mjs"
    (world.root / "app" / ".npmrc").write_text((world.root / ".npmrc").read_text())
    assert output_of(prepare(world, script.parent, deps=Deps.LATEST), script) == "hello 1.5.0 from lib\n"
    assert output_of(prepare(world, script.parent, deps=Deps.LOWEST), script) == "hello 1.0.0 from lib\n"
    (world.root / "app" / "package.json").write_text(listing(">=1.0.1"))
    assert output_of(prepare(world, script.parent, deps=Deps.LOWEST), script) == "hello 1.5.0 from lib\n"


def test_lowest_and_latest_of_packages_that_the_manifest_names(theirs: Callable[[str], World]) -> None:
    """``--deps lowest`` takes the oldest release that a range of the manifest allows; without a range there is none."""
    world = theirs("npm")
    script = world.root / "script.mjs"
    script.write_text("import { word } from 'greeting';\nconsole.log(word);\n")
    world = replace(world, manifest_path=world.root / "manifest.yaml")

    def printed(package: str, deps: Deps) -> str:
        declared = NODE.declared(script, Packages((package,)), world)
        prepared = NODE.prepare(probe(world), script.parent, world, lambda _: None, deps, declared)
        return output_of(prepared, script)

    assert printed("greeting@^1.0.0", Deps.LATEST) == "hello 1.5.0\n"
    assert printed("greeting@^1.0.0", Deps.LOWEST) == "hello 1.0.0\n"
    assert printed("greeting@>=1.0.1", Deps.LOWEST) == "hello 1.5.0\n"
    for package in ("greeting", "greeting@latest", "./greeting"):
        with pytest.raises(ToolchainError, match=rf"lists {package} for Node, which names no oldest release for --deps lowest"):
            printed(package, Deps.LOWEST)


def test_the_folders_that_packages_come_from(theirs: Callable[[str], World]) -> None:
    """Members of the workspace that the list needs are told, so that a change in them is seen."""
    world = theirs("npm")
    declared = NODE.declared(world.root / "app" / "script.mjs", None, world)
    assert NODE.sources(declared, world) == (world.root / "lib",)
