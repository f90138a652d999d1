"""MDX is read as its compiler reads it: pages of ours, of other packages, and random ones give the same fences and comments."""

import io
import json
import os
import random
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dvara_examples.core.world import World
from dvara_examples.docs_ci.markdown import Comment, Fence, blocks
from dvara_examples.toolchains import Runtime, load_toolchain
from dvara_examples.toolchains._node_runtime import provision

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # fetches the compiler, and a package that brings pages

COMPILER = Path(__file__).parents[1] / "data" / "mdx"
PAGES = COMPILER / "pages"
BRINGS_PAGES = "ai@6.0.326"
RANDOM_PAGES = 1000
SEED = 13

Parts = list[tuple[str, int, int, str]]
Compiler = Callable[[list[str]], list[Parts | None]]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a World with the pinned Node.js and npm on its path, fetched once for all tests."""
    root, base = tmp_path_factory.mktemp("mdx"), tmp_path_factory.getbasetemp()
    cache = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "toolchain-cache"
    made = World(dict(os.environ), root, root, root / "manifest.yaml", cache, root / "state", io.StringIO(), io.StringIO())
    found = provision(made, lambda _: None)
    (root / "bin").mkdir()
    (root / "bin" / "node").symlink_to(found.node)
    (root / "bin" / "npm").write_text(f"#!/bin/sh\nexec '{found.node}' '{found.npm}' \"$@\"\n")
    (root / "bin" / "npm").chmod(0o755)
    return replace(made, environ={**os.environ, "PATH": f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"})


@pytest.fixture(scope="module")
def compiler(node: World) -> Compiler:
    """Install the compiler, and return what reads pages with it: None for a page that is no MDX."""
    folder, toolchain = node.root / "compiler", load_toolchain("node")
    shutil.copytree(COMPILER, folder)
    runtime = toolchain.probe(node)
    assert isinstance(runtime, Runtime)
    toolchain.prepare(runtime, folder, node, lambda _: None)

    def read(pages: list[str]) -> list[Parts | None]:
        done = subprocess.run(
            ["node", "read.mjs"],
            input=json.dumps(pages),
            cwd=folder,
            env=node.environ,
            capture_output=True,
            text=True,
            check=True,
        )
        return [parts and [tuple(part) for part in parts] for parts in json.loads(done.stdout)]

    return read


def ours(page: str) -> Parts:
    """Return what this tool sees on a page, as the compiler's reader prints it."""
    found: Parts = []
    for block in blocks(page, mdx=True):
        if isinstance(block, Fence):
            found.append(("fence", block.start, block.end, "\n".join(block.lines)))
        elif isinstance(block, Comment):
            found.append(("comment", block.start, block.end, block.text))
    return found


def differences(read: Compiler, pages: list[str]) -> tuple[int, list[str]]:
    """Return on how many fences of valid pages both agree, and the pages on which they do not."""
    agreed, different = 0, []
    for page, parts in zip(pages, read(pages), strict=True):
        if parts is None:
            continue
        if _bare(parts) == _bare(ours(page)):
            agreed += sum(kind == "fence" for kind, *_ in parts)
        else:
            different.append(page)
    return agreed, different


def _bare(parts: Parts) -> Parts:
    """Leave out blank space around content, of which the two keep more or less in lists."""
    return [(kind, start, end, text.strip()) for kind, start, end, text in parts]


def test_our_pages_are_read_as_the_compiler_reads_them(compiler: Compiler) -> None:
    """Each fence and comment in components, lists, quotes and expressions, one page per case."""
    pages = [path.read_text("utf-8") for path in sorted(PAGES.iterdir())]
    agreed, different = differences(compiler, pages)
    assert different == []
    assert agreed >= 19
    assert None not in compiler(pages)


def test_pages_of_a_package_are_read_as_the_compiler_reads_them(compiler: Compiler, node: World) -> None:
    """The pages of the AI SDK, which are written for a site in MDX."""
    subprocess.run(["npm", "pack", BRINGS_PAGES, "--silent"], cwd=node.root, env=node.environ, check=True, capture_output=True)
    (archive,) = node.root.glob("*.tgz")
    with tarfile.open(archive) as packed:
        files = [packed.extractfile(member) for member in packed if member.isfile() and member.name.endswith((".mdx", ".md"))]
        pages = [_without_front_matter(file.read().decode()) for file in files if file]
    agreed, different = differences(compiler, pages)
    assert different == []
    assert agreed > 1000


def test_random_pages_are_read_as_the_compiler_reads_them(compiler: Compiler) -> None:
    """Components, lists, quotes, text, expressions and fences in any order and depth."""
    draw = random.Random(SEED)  # noqa: S311 - the same pages every time
    pages = ["\n".join(_page(draw)) + "\n" for _ in range(RANDOM_PAGES)]
    agreed, different = differences(compiler, pages)
    assert different == []
    assert agreed > RANDOM_PAGES


def _without_front_matter(page: str) -> str:
    """Blank the front matter, which is no part of MDX itself."""
    lines = page.split("\n")
    end = lines.index("---", 1) + 1 if lines[0] == "---" else 0
    return "\n".join([*("" for _ in range(end)), *lines[end:]])


def _page(draw: random.Random) -> Iterator[str]:
    for _ in range(draw.randrange(1, 6)):
        yield from _block(draw, "", 0)


def _block(draw: random.Random, indent: str, depth: int) -> Iterator[str]:
    """Yield the lines of a random block."""
    makers = [_fence, _fence, _one, _one, _component, _component, _list_item, _quote]
    yield from draw.choice(makers if depth < 3 else makers[:4])(draw, indent, depth)
    if draw.random() < 0.5:
        yield ""


def _fence(draw: random.Random, indent: str, _depth: int) -> Iterator[str]:
    marker = draw.choice(["```", "~~~", "````"])
    yield indent + marker + draw.choice(["py", 'python title="x"', "", "js {1}"])
    for line in draw.choice([["a = 1"], ["a", "", "b"], ["if x:", "    y"], ["<Tabs>"], ["{/* no */}"], ["``` x"]]):
        yield indent + line if line else ""
    yield indent + marker


def _one(draw: random.Random, indent: str, _depth: int) -> Iterator[str]:
    lines = ["Text.", "{/* example: hi */}", "## Title", "<Tab>text</Tab>", "A <b>word</b> and {1 + 1}", '<Img src="x" />', "***"]
    yield indent + draw.choice([*lines, "{[1].map((x) => <b key={x}>{`}`}</b>)}", "{/* one\n\ntwo */}"])


def _component(draw: random.Random, indent: str, depth: int) -> Iterator[str]:
    tag = draw.choice(["Tabs", "Step", "div", 'Item value="x>"', "Card title={'a > b'}", "details", "A.B", "Tab\n  label='x'"])
    yield from (indent + line for line in f"<{tag}>".split("\n"))
    inner = indent + draw.choice(["", "  ", "    ", "\t"])
    for _ in range(draw.randrange(1, 4)):
        yield from _block(draw, inner, depth + 1)
    yield f"{indent}</{tag.split()[0]}>"


def _list_item(draw: random.Random, indent: str, depth: int) -> Iterator[str]:
    yield indent + draw.choice(["- item", "1. first"])
    if draw.random() < 0.5:
        yield ""
    yield from _block(draw, indent + "   ", depth + 1)


def _quote(draw: random.Random, indent: str, _depth: int) -> Iterator[str]:
    for line in _block(draw, "", 3):
        yield from (f"{indent}> {part}".rstrip() for part in line.split("\n"))
