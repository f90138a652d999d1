"""Node.js: the machine's own or a provisioned one, with the packages that ``package-lock.json`` pins."""

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import (
    Candidate,
    Command,
    Declared,
    Deps,
    Fitness,
    Missing,
    Packages,
    PreparedRuntime,
    Progress,
    Runtime,
    Toolchain,
)
from dvara_examples.toolchains._cache import cached_folder, downloads_folder
from dvara_examples.toolchains._install import (
    ask,
    candidate_uv,
    fingerprint,
    may_choose,
    not_here,
    offline_guard,
    platform_parts,
    release,
)
from dvara_examples.toolchains._node import LOCKS, MEMBERS_OF_PNPM, TYPESCRIPT
from dvara_examples.toolchains._node.declare import LISTED, NPM, PACKAGES, find_declared
from dvara_examples.toolchains._node.linking import link_packages, linked_to
from dvara_examples.toolchains._node.packages import (
    FLOORS,
    WantedPackages,
    install_packages,
    install_tree,
    pinned_packages,
    wanted_set,
    write_lock,
)
from dvara_examples.toolchains._resolved import day_in, read_resolved
from dvara_examples.toolchains._tools import missing_there, which

if TYPE_CHECKING:
    from dvara_examples.core.language import Language
    from dvara_examples.toolchains._node.typescript import TypeScriptRunner

HOOK = Path(__file__).with_name("node_packages.mjs")
PROVISIONED = "provisioned"

_HAS_HOOKS = ((18, 19), (20, 6))
"""The first releases of their lines in which ``--import`` can register a resolver; later lines all can."""
_HAS_COMPILE_CACHE = (22, 1)


@dataclass(frozen=True, slots=True)
class PreparedNode:
    """A Node.js whose scripts find the packages in *packages*, or none.

    *runner_of* says how a TypeScript script is run.
    """

    node: Path
    packages: Path | None
    env: Mapping[str, str]
    versions: Mapping[str, str]
    runner_of: "Callable[[Path], TypeScriptRunner]" = field(compare=False)
    dependencies: str = ""

    def command(self, script: Path, args: Sequence[str] = ()) -> Command:
        """Return how *script* is started: as a user would if Node finds the packages by itself, else with a resolver."""
        env, options = dict(self.env), self._resolver(script)
        versions, launcher = dict(self.versions), "node"
        if options:
            env["NODE_PATH"] = str(self.packages)
        if script.suffix in TYPESCRIPT:
            runner = self.runner_of(script)
            options += runner.options
            env.update(runner.env)
            launcher = runner.name
            versions.update({runner.name: runner.version} if runner.version else {})
        installed = (self.packages,) if self.packages else ()
        return Command((str(self.node), *options, str(script), *args), env, launcher, versions, self.dependencies, installed)

    def _resolver(self, script: Path) -> tuple[str, ...]:
        """Return the options that tell Node.js where the packages are, none if it finds them by itself."""
        if self.packages is None or _nearest_packages(script) in (self.packages, self.packages.resolve()):
            return ()
        if not _has_hooks(self.versions["node"]):
            raise ToolchainError(
                f"node {self.versions['node']} finds no packages for {script}: the packages of the examples could not be "
                f"linked beside it, and only Node 18.19, 20.6 and newer can be told where they are",
                "use one of these",
            )
        return ("--import", f"{HOOK.as_uri()}?from={quote((self.packages.parent / LISTED).as_uri(), safe='')}")


class Node:
    """The toolchain of JavaScript and TypeScript for Node.js."""

    language = "node"
    suffixes: tuple[str, ...] = (".mjs", ".js", ".cjs", *TYPESCRIPT)
    floor = "18"
    lists: tuple[str, ...] = (LISTED, *LOCKS, MEMBERS_OF_PNPM, ".npmrc", f"{FLOORS}/{LISTED}", f"{FLOORS}/{LOCKS[0]}")
    has_builds = False

    @property
    def spelling(self) -> "Language":
        """The notation of JavaScript and TypeScript."""
        from dvara_examples.toolchains._node.spelling import NODE

        return NODE

    def probe(self, world: World) -> Runtime | Missing:
        """Return the ``node`` on ``PATH``, or the one to be provisioned if that is missing or older than the floor."""
        if world.place is not None:
            return self._there(world)
        found = shutil.which("node", path=world.environ.get("PATH", ""))
        real = _behind(found, world) if found else None
        said = ask([real, "--version"], world, as_runs_do=True) if real else ""
        if real and self._fits(said):
            return Runtime(self.language, said.removeprefix("v"), real, "PATH")
        from dvara_examples.records.hints import node_too_old
        from dvara_examples.toolchains._node_runtime import pinned_version

        passed_over = node_too_old(found, said, self.floor).cause if found else "none on PATH"
        return Runtime(self.language, pinned_version(), Path("node"), PROVISIONED, {"passed_over": passed_over})

    def _there(self, world: World) -> Runtime | Missing:
        """Return the Node.js of another place; none is fetched there."""
        found = which("node", world)
        said = ask([found, "--version"], world, as_runs_do=True) if found else ""
        if not found or not self._fits(said):
            return missing_there(world, self.language, f"Node.js {self.floor} or newer", said or found or "")
        if which("npm", world) is None:
            return missing_there(world, self.language, "npm", f"Node.js {said} without npm")
        return Runtime(self.language, said.removeprefix("v"), Path(found), str(world.place and world.place.name))

    def _fits(self, said: str) -> bool:
        """Tell whether *said*, the answer to ``--version``, is a release from the floor up."""
        version = said.removeprefix("v")
        return bool(re.fullmatch(r"\d+\.\d+\.\d+", version)) and release(version) >= release(self.floor)

    def candidates(self, world: World) -> Sequence[Candidate]:
        """Return every ``node`` on ``PATH``, the one that is fetched if none fits, and npm."""
        from dvara_examples.toolchains._node_runtime import is_here, pinned_version

        runtime = self.probe(world)
        if world.place is not None:
            if isinstance(runtime, Missing):
                return [Candidate("Node.js", "", Fitness.MISSING, runtime.cause, runtime.hint)]
            return [Candidate(f"Node.js {runtime.version}", str(runtime.executable), Fitness.FITS, runtime.origin)]
        candidates = [self._sighted(found, world) for found in _all_on_path("node", world)]
        if not candidates:
            hint = f"install Node.js {self.floor} or newer to use one of your own; else one is fetched"
            candidates = [Candidate("node", "", Fitness.OPTIONAL, "none on PATH", hint)]
        npm = _own_npm(runtime, world) if isinstance(runtime, Runtime) else None
        if npm is not None:
            version = ask([npm, "--version"], world)
            return [*candidates, Candidate(f"npm {version}".strip(), npm, Fitness.FITS, "installs the packages")]
        if is_here(world):
            return [*candidates, Candidate(f"Node.js {pinned_version()} with npm", "in the cache", Fitness.FITS, "was fetched")]
        hint = "dvara-examples setup --language node"
        why = "fetched by the first run that needs it"
        return [
            *candidates,
            candidate_uv(world),
            Candidate(f"Node.js {pinned_version()} with npm", "", Fitness.TO_FETCH, why, hint),
        ]

    def _sighted(self, found: str, world: World) -> Candidate:
        said = ask([found, "--version"], world)
        if self._fits(said):
            is_first = found == shutil.which("node", path=world.env("PATH") or "")
            why = f"first on PATH; {self.floor} or newer is needed" if is_first else "another comes first on PATH"
            return Candidate(f"Node.js {said}", found, Fitness.FITS if is_first else Fitness.PASSED_OVER, why)
        from dvara_examples.records.hints import node_too_old

        cause, hint, _ = node_too_old(found, said, self.floor)
        return Candidate(f"Node.js {said}".strip(), found, Fitness.PASSED_OVER, cause, hint)

    def declared(self, script: Path, packages: Packages | None, world: World) -> Declared:
        """Look at the manifest, and then from the folder of the script upwards."""
        return find_declared(script, packages, world)

    def sources(self, declared: Declared, world: World) -> tuple[Path, ...]:
        """Return the folders from which a list takes packages, and those of the members of its workspace that it needs."""
        from dvara_examples.toolchains._node.tree import source_folders

        return source_folders(declared.file, world.root) if declared.file is not None else ()

    def lock(self, declared: Declared, runtime: Runtime, world: World, progress: Progress) -> Path:
        """Let npm write ``package-lock.json``; a list of the manifest has none."""
        if declared.kind != NPM or declared.file is None:
            raise ToolchainError("a list of packages in the manifest has no lock file", "move it into a package.json")
        progress(f"node {runtime.version}: locking {declared.file}")
        node = _provisioned(runtime, world, progress) if runtime.origin == PROVISIONED else runtime.executable
        return write_lock(declared.file, _npm(runtime, world, progress), node, world)

    def resolved_on(self, declared: Declared, runtime: Runtime, world: World) -> str:
        """Look for the folder of packages that a run would use."""
        return day_in("node", _key(wanted_set(declared, Deps.LOCKED, runtime, world)), world)

    def prepare(
        self,
        runtime: Runtime,
        project: Path,
        world: World,
        progress: Progress,
        deps: Deps = Deps.LOCKED,
        declared: Declared | None = None,
    ) -> PreparedRuntime:
        """Fetch Node.js if the machine has none, install *deps*, and link locked packages next to the scripts."""
        node = _provisioned(runtime, world, progress) if runtime.origin == PROVISIONED else runtime.executable
        own = {"node": runtime.version}

        def pinned(folder: Path) -> None:
            from dvara_examples.toolchains._node.typescript import PINNED

            progress(f"node {runtime.version}: installing tsx, which runs TypeScript")
            listing = pinned_packages(PINNED, "tsx, which runs TypeScript,")
            with offline_guard(world, listing.what, self.language):
                install_packages(folder, listing, _npm(runtime, world, progress), node, world)

        stated = declared or self.declared(project / "any.mjs", None, world)
        if not stated.kind or (stated.kind == PACKAGES and not stated.packages):
            return PreparedNode(node, None, {}, own, lambda script: _runner(script, runtime.version, None, world, pinned))
        wanted = wanted_set(stated, deps, runtime, world)

        def build(folder: Path) -> None:
            progress(f"node {runtime.version}: installing {wanted.what}")
            npm = _npm(runtime, world, progress)
            if world.offline and deps is Deps.LATEST:
                raise not_here(f"{wanted.what} of today", self.language, deps)
            with offline_guard(world, wanted.what, self.language, deps):
                if not wanted.words:
                    install_tree(folder, wanted, npm, node, world, manager)
                else:
                    install_packages(folder, wanted, npm, node, world)

        def manager(name: str) -> Path:
            from dvara_examples.toolchains._node.managers import PINNED, identity_of

            def build_manager(folder: Path) -> None:
                progress(f"node {runtime.version}: fetching {name}, which reads {wanted.what.removeprefix('the packages of ')}")
                listing = pinned_packages(PINNED / name, name)
                install_packages(folder, listing, _npm(runtime, world, progress), node, world)

            return cached_folder(world, "node-managers", fingerprint([*identity_of(name), *platform_parts()]), build_manager)

        folder = cached_folder(world, "node", _key(wanted), build)
        if deps is Deps.LOCKED and stated.file is not None and stated.locked and world.place is None:
            link_packages(stated.file.parent / "node_modules", folder / "node_modules")
        env = {}
        if release(runtime.version) >= _HAS_COMPILE_CACHE:
            env["NODE_COMPILE_CACHE"] = str(downloads_folder(folder, "node-compile-cache"))
        resolved, packages = read_resolved(folder), folder / "node_modules"
        runner_of = partial(_runner, node_version=runtime.version, packages=packages, world=world, install_pinned=pinned)
        return PreparedNode(node, packages, env, own | resolved.all, runner_of, resolved.remark(stated, world))


def _key(wanted: WantedPackages) -> str:
    """Return the key of the *wanted* packages in the cache."""
    return fingerprint([*wanted.identity, *platform_parts()])


def _runner(
    script: Path, node_version: str, packages: Path | None, world: World, install_pinned: Callable[[Path], None]
) -> "TypeScriptRunner":
    from dvara_examples.toolchains._node.typescript import choose_runner

    return choose_runner(script, node_version, packages, world, install_pinned)


def _npm(runtime: Runtime, world: World, progress: Progress) -> list[str | Path]:
    """Return how npm is started: the one next to the machine's Node.js or on ``PATH``, else the provisioned one."""
    from dvara_examples.toolchains._node_runtime import provision

    if found := _own_npm(runtime, world):
        return [found]
    provisioned = provision(world, progress)
    return [provisioned.node, provisioned.npm]


def _provisioned(runtime: Runtime, world: World, progress: Progress) -> Path:
    """Return the fetched Node.js; if that fails, say why the machine's own does not fit. Raises ToolchainError."""
    from dvara_examples.toolchains._node_runtime import provision

    try:
        return provision(world, progress).node
    except ToolchainError as error:
        lead = f"no Node.js of this machine fits ({runtime.details['passed_over']}), and "
        raise ToolchainError(error.diagnosis.under(lead)) from error


def _own_npm(runtime: Runtime, world: World) -> str | None:
    """Return the npm of the machine's own Node.js, if that one is used and has one."""
    if runtime.origin == PROVISIONED:
        return None
    if world.place is not None:
        return which("npm", world)
    folders = [str(runtime.executable.parent), *world.environ.get("PATH", "").split(os.pathsep)]
    beside = [folder for folder in folders if "shims" not in Path(folder).parts]  # a shim of npm would choose again
    return shutil.which("npm", path=os.pathsep.join(beside)) or shutil.which("npm", path=os.pathsep.join(folders))


def _behind(found: str, world: World) -> Path:
    """Return the Node.js that *found* starts in the current folder if that is a shim, else *found* itself."""
    told = ask([found, "-p", "process.execPath"], world) if may_choose(found, "node") else ""
    return Path(told) if os.access(told, os.X_OK) and Path(told).is_absolute() else Path(found).absolute()


def _all_on_path(name: str, world: World) -> list[str]:
    """Return every executable called *name* on ``PATH``, in its order, each file once."""
    found: dict[Path, str] = {}
    for folder in world.environ.get("PATH", "").split(os.pathsep):
        if folder and (where := shutil.which(name, path=folder)):
            found.setdefault(Path(where).resolve(), where)
    return list(found.values())


def _nearest_packages(script: Path) -> Path | None:
    """Return the first ``node_modules`` that Node.js meets on its way up from *script*."""
    found = next((up / "node_modules" for up in script.resolve().parents if (up / "node_modules").is_dir()), None)
    return (linked_to(found) or found.resolve()) if found else None


def _has_hooks(version: str) -> bool:
    """Tell whether a Node.js of *version* can register a resolver."""
    found = release(version)
    return any(found[0] == line[0] and found >= line for line in _HAS_HOOKS) or found > (21,)


def toolchain() -> Toolchain:
    """Return the toolchain of this module."""
    return Node()
