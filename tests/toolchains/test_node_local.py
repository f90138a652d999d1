"""Packages that a Node project takes from folders of its own repository, and its own settings of npm."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from tests.toolchains.test_node import output_of, prepare, world, write_package

pytestmark = pytest.mark.slow  # each test installs packages
__all__ = ["world"]  # the fixture

SCRIPT = "import { hello } from 'own-sdk';\nconsole.log(hello);\n"
LOCKED = {
    "": {"dependencies": {"own-sdk": "file:../../lib"}},
    "../../lib": {"name": "own-sdk", "version": "1.0.0"},
    "node_modules/own-sdk": {"resolved": "../../lib", "link": True},
}


def repository(world: World, needed: dict[str, str], *, locked: bool = False) -> Path:
    """Write a list below ``examples/node`` that needs *needed*, and the package ``own-sdk`` in ``lib``; return the script."""
    lib, project = world.root / "lib", world.root / "examples" / "node"
    lib.mkdir()
    project.mkdir(parents=True)
    described = {"name": "own-sdk", "version": "1.0.0", "type": "module", "exports": "./index.js"}
    (lib / "package.json").write_text(json.dumps(described))
    (lib / "index.js").write_text("export const hello = 'hello';\n")
    (project / "package.json").write_text(json.dumps({"private": True, "type": "module", "dependencies": needed}))
    if locked:
        lock = {"lockfileVersion": 3, "requires": True, "packages": LOCKED}
        (project / "package-lock.json").write_text(json.dumps(lock))
    (project / "local.mjs").write_text(SCRIPT)
    return project / "local.mjs"


@pytest.mark.parametrize("locked", [True, False])
def test_a_package_of_the_repository_is_found(world: World, locked: bool) -> None:
    """A ``file:`` entry leads to the folder that it names, with a lock and without, and nothing is written into that."""
    script = repository(world, {"own-sdk": "file:../../lib"}, locked=locked)
    assert output_of(prepare(world, script.parent), script) == "hello\n"
    assert sorted(path.name for path in (world.root / "lib").iterdir()) == ["index.js", "package.json"]


def test_a_change_in_the_package_is_seen(world: World) -> None:
    """What scripts import is the package as it is now."""
    script = repository(world, {"own-sdk": "file:../../lib"}, locked=True)
    prepare(world, script.parent)
    (world.root / "lib" / "index.js").write_text("export const hello = 'hello again';\n")
    assert output_of(prepare(world, script.parent), script) == "hello again\n"


def test_an_archive_of_the_repository_is_found(world: World) -> None:
    """A ``file:`` entry may name an archive, by a path that is relative to the list."""
    script = repository(world, {"greeting": "file:../../greeting-1.0.0.tgz"})
    write_package(world.root, "1.0.0")
    script.write_text("import { word } from 'greeting';\nconsole.log(word);\n")
    assert output_of(prepare(world, script.parent), script) == "hello 1.0.0\n"


@pytest.mark.parametrize("members", ["npm", "yarn", "pnpm"])
def test_packages_of_one_workspace_find_each_other(world: World, members: str) -> None:
    """A member takes another, and what that takes, from their folders, however the workspace lists them."""
    script = repository(world, {"own-sdk": "workspace:*" if members == "pnpm" else "^1.0.0"})
    lib, base = world.root / "lib", world.root / "base"
    base.mkdir()
    (base / "package.json").write_text('{"name": "own-base", "version": "1.0.0", "type": "module", "exports": "./index.js"}')
    (base / "index.js").write_text("export const word = 'deep';\n")
    described = json.loads((lib / "package.json").read_text())
    described["dependencies"] = {"own-base": "workspace:^" if members == "pnpm" else "*"}
    (lib / "package.json").write_text(json.dumps(described))
    (lib / "index.js").write_text("import { word } from 'own-base';\nexport const hello = word;\n")
    patterns = ["lib", "base", "examples/*"]
    listed = {"npm": patterns, "yarn": {"packages": patterns}, "pnpm": None}[members]
    (world.root / "package.json").write_text(json.dumps({"private": True, "workspaces": listed}))
    if members == "pnpm":
        (world.root / "pnpm-workspace.yaml").write_text("packages:\n  - lib\n  - 'base'\n  - \"examples/*\"\n")
    assert output_of(prepare(world, script.parent), script) == "deep\n"
    assert sorted(path.name for path in lib.iterdir()) == ["index.js", "package.json"]


def test_a_package_that_is_not_there(world: World) -> None:
    """An entry that leads nowhere is one sentence, before npm is started."""
    script = repository(world, {"own-sdk": "file:../../absent"})
    with pytest.raises(ToolchainError, match=r"package\.json takes own-sdk from .*absent, which does not exist; add it"):
        prepare(world, script.parent)


def test_a_list_that_is_none(world: World) -> None:
    """A ``package.json`` that is no JSON, or whose dependencies are no mapping, is one sentence."""
    script = repository(world, {})
    for text in ("{", "[]", '{"dependencies": ["a"]}'):
        (script.parent / "package.json").write_text(text)
        with pytest.raises(ToolchainError, match=r"package\.json is not a valid package\.json; correct it"):
            prepare(world, script.parent)


def test_the_projects_own_npmrc_is_honoured(world: World, tmp_path: Path) -> None:
    """Settings next to the list hold; they are not kept in the cache, as they may contain a token."""
    script = repository(world, {"own-sdk": "9.9.9"})
    (script.parent / ".npmrc").write_text(
        f"offline=true\n//registry.invalid/:_authToken=secret\ncache={tmp_path / 'elsewhere'}\n"
    )
    with pytest.raises(ToolchainError, match="ENOTCACHED"):
        prepare(world, script.parent)
    (script.parent / "package.json").write_text(
        '{"private": true, "type": "module", "dependencies": {"own-sdk": "file:../../lib"}}'
    )
    other = replace(world, cache_dir=tmp_path / "other")
    assert output_of(prepare(other, script.parent), script) == "hello\n"
    assert [path for path in other.cache_dir.rglob(".npmrc") if path.is_file()] == []
