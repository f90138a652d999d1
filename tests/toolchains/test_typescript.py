"""TypeScript runs unedited: by Node.js itself, by the runner of the package, or by a pinned tsx."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Command, Packages, Runtime, load_toolchain
from dvara_examples.toolchains._node.typescript import choose_runner, needs_more, strips_types
from dvara_examples.toolchains._node_runtime import provision

NODE = load_toolchain("node")
ENUM = "enum Word { Hello = 'hello' }\nconst word: string = Word.Hello;\nconsole.log(word, ...process.argv.slice(2));\n"


@pytest.fixture
def world(make_world: Callable[..., World], shared_cache: Path, tmp_path: Path) -> World:
    """Return a World whose Node.js is the pinned one."""
    world = make_world(cache_dir=shared_cache)
    node = provision(world, lambda _: None)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "node").symlink_to(node.node)
    (tmp_path / "bin" / "npm").write_text(f"#!/bin/sh\nexec '{node.node}' '{node.npm}' \"$@\"\n")
    (tmp_path / "bin" / "npm").chmod(0o755)
    return replace(world, environ={**os.environ, "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"})


def command(world: World, script: str, packages: Packages | None = None) -> Command:
    """Prepare *script* and return how it is started."""
    runtime = NODE.probe(world)
    assert isinstance(runtime, Runtime)
    file = world.root / script
    declared = NODE.declared(file, packages, world)
    return NODE.prepare(runtime, file.parent, world, lambda _: None, declared=declared).command(file, ["again"])


def printed(made: Command) -> str:
    """Run a command, which must not write to stderr, and return what it printed."""
    done = subprocess.run(made.argv, env=dict(made.env), cwd="/", capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.stdout.strip()


def write(world: World, **files: str) -> None:
    """Write *files*, whose dots are spelled as underscores, below the root."""
    for name, text in files.items():
        (world.root / name.replace("_", ".")).write_text(text)


def no_install(folder: Path) -> None:
    """Fail, as nothing is to be installed."""
    raise AssertionError(folder)


@pytest.mark.slow
def test_types_alone_are_taken_out_by_node(world: World) -> None:
    """A script that has no more than types is run by a new Node.js as it is, without a warning."""
    write(world, a_ts="const word: string = 'hello';\nconsole.log(word, ...process.argv.slice(2));\n")
    made = command(world, "a.ts")
    assert printed(made) == "hello again"
    assert made.launcher == "node"


@pytest.mark.slow
def test_what_is_more_than_types_is_run_by_tsx(world: World) -> None:
    """An enum, a TSX file, an import that leaves out the ending and CommonJS run by our pinned tsx, which the reports name."""
    tree = "const React = { createElement: (name: string) => name };\nconsole.log(<b />, ...process.argv.slice(2));\n"
    imports = "import { word } from './b';\nconsole.log(word, ...process.argv.slice(2));\n"
    common = "import path = require('path');\nconsole.log(path.basename('/x/hello'), ...process.argv.slice(2));\n"
    write(world, a_ts=ENUM, c_tsx=tree, d_ts=imports, b_ts="export const word: string = 'hello';\n", e_cts=common)
    made = {name: command(world, name) for name in ("a.ts", "c.tsx", "d.ts", "e.cts")}
    assert [printed(each) for each in made.values()] == ["hello again", "b again", "hello again", "hello again"]
    assert {each.launcher for each in made.values()} == {"tsx"}
    assert made["a.ts"].versions["tsx"].startswith("4.")


@pytest.mark.slow
def test_packages_are_found_by_tsx(world: World) -> None:
    """A TypeScript script imports the packages that the manifest lists."""
    write(world, a_ts=f"import ms from 'ms';\n{ENUM}console.log(ms('1s'));\n")
    made = command(world, "a.ts", Packages(("ms@2.1.3",)))
    assert printed(made) == "hello again\n1000"


@pytest.mark.slow
def test_the_packages_own_tsx_is_taken(world: World) -> None:
    """Where the package lists tsx, that is the one that runs its scripts."""
    write(world, a_ts=ENUM, package_json='{"private": true, "type": "module", "devDependencies": {"tsx": "4.19.2"}}')
    made = command(world, "a.ts")
    assert printed(made) == "hello again"
    assert (made.launcher, made.versions["tsx"]) == ("tsx", "4.19.2")


@pytest.mark.parametrize(
    ("version", "strips"),
    [("20.20.2", False), ("22.17.1", False), ("22.18.0", True), ("23.5.0", False), ("23.6.0", True), ("24.0.0", True)],
)
def test_which_node_strips_types(version: str, strips: bool) -> None:
    """Node.js takes types out by itself from 22.18 and 23.6 on."""
    assert strips_types(version) is strips


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("const a: number = 1;\n", False),
        ("import OpenAI from 'openai';\ntype A = { b: string };\ninterface C { d: A }\n", False),
        ("import { a } from './b.ts';\nimport type { C } from './c.mts';\n", False),
        ("// an enum {}\nconst text = 'namespace x';\n", False),
        ("export enum A { B }\n", True),
        ("namespace A { export const b = 1; }\n", True),
        ("class A { constructor(private b: string) {} }\n", True),
        ("import fs = require('fs');\n", True),
        ("@sealed\nclass A {}\n", True),
        ("import { a } from './b';\n", True),
        ("import { a } from './b.js';\n", True),
        ("import { a } from '@/b';\n", True),
    ],
)
def test_what_needs_more_than_stripping(tmp_path: Path, text: str, more: bool) -> None:
    """Syntax that becomes code, and imports that Node.js does not resolve, need a runner."""
    script = tmp_path / "a.ts"
    script.write_text(text)
    assert needs_more(script) is more


def test_node_that_is_too_old_for_typescript(make_world: Callable[..., World], tmp_path: Path) -> None:
    """A Node.js in which no loader can be registered is refused in one sentence."""
    (tmp_path / "a.ts").write_text(ENUM)
    (tmp_path / "tsx" / "dist").mkdir(parents=True)
    (tmp_path / "tsx" / "dist" / "loader.mjs").touch()
    with pytest.raises(ToolchainError, match=r"^node 18\.18\.2 cannot run TypeScript; install Node\.js 18\.19, 20\.6 or newer$"):
        choose_runner(tmp_path / "a.ts", "18.18.2", tmp_path, make_world(), no_install)
