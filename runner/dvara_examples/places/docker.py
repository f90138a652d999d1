"""Containers for examples: one per language and session, in which packages are prepared and scripts run.

A container shares the machine's network, so scripts reach the tap on loopback and no port is opened to others. It sees the
examples read-only, the cache, and a scratch folder, each under its path on the machine. It starts when the first
script of its language needs it, and is removed at the end; its labels let the next start remove what a killed tool left.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from dvara_examples.core.errors import Diagnosis, GatewayError
from dvara_examples.core.own_folder import own_folder
from dvara_examples.core.signals import interruptible
from dvara_examples.core.world import World
from dvara_examples.gateways._engine import engine, fair_share, labels, on_this_machine, platform_of
from dvara_examples.gateways._image import get_image, said
from dvara_examples.places._container_place import ContainerPlace
from dvara_examples.toolchains import languages, load_toolchain
from dvara_examples.toolchains._install import find_uv
from dvara_examples.toolchains._settings import passes

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container
    from docker.models.images import Image

_PACKAGE = Path(__file__).resolve().parents[1]
_SETTINGS_FILES = (".npmrc", ".netrc", ".config/pip", ".config/uv", ".config/npm", ".pip", ".m2/settings.xml")
"""What package managers read in a home; nothing else of it is seen in a container."""
_OF_THE_IMAGE = ("PATH", "HOME", "TMPDIR", "JAVA_HOME")


@contextmanager
def in_containers(world: World, images: Mapping[str, str], memory_bytes: int | None = None) -> Iterator[World]:
    """Return *world* with a container for every language; *images* overrides the default images, by language.

    Each container may use *memory_bytes*, without swap; None: no limit.

    Raises GatewayError if no usable engine is found, ExtraError if the package is missing.
    """
    with interruptible(world.stop), ExitStack() as ended:  # no signal may interrupt the creation or removal of containers
        client = ended.enter_context(engine(world))
        _check_engine(client, memory_bytes)
        scratch = ended.enter_context(own_folder())
        yield replace(world, elsewhere=_Elsewhere(world, client, images, memory_bytes, scratch, ended))


def _check_engine(client: "DockerClient", memory_bytes: int | None) -> None:
    """Refuse an engine whose containers cannot share this machine's network and processes, or whose memory cannot be limited."""
    about = client.info()
    if memory_bytes is not None and not about.get("MemoryLimit", True):
        cause = "this container engine cannot limit memory, as its system counts none"
        raise GatewayError(cause, "leave out --memory, or turn the memory controller of the system on")
    rootless = any("rootless" in option for option in about.get("SecurityOptions") or [])
    if rootless or not on_this_machine(client):
        what = "is rootless" if rootless else "runs in a virtual machine, or on another one"
        cause = f"examples cannot run in containers of this engine: it {what}, and they would not reach the tap on loopback"
        raise GatewayError(cause, "use an engine that runs on this Linux itself, as root, or run without --in docker")


@dataclass
class _Elsewhere(Mapping[str, World]):
    """The world of each language, whose container starts when that world is first requested. Safe from any thread."""

    world: World
    client: "DockerClient"
    images: Mapping[str, str]
    memory_bytes: int | None
    scratch: Path
    ended: ExitStack
    _made: dict[str, World] = field(default_factory=dict)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __iter__(self) -> Iterator[str]:
        return iter(languages())

    def __len__(self) -> int:
        return len(languages())

    def __contains__(self, language: object) -> bool:
        return language in languages()

    def __getitem__(self, language: str) -> World:
        with self._lock:
            lock = self._locks.setdefault(language, threading.Lock())
        with lock:
            if language not in self._made:
                self._made[language] = self._open(language)
            return self._made[language]

    def _open(self, language: str) -> World:
        name = self.images.get(language) or load_toolchain(language).spelling.image
        if not name:
            raise GatewayError(f"no image is known for {language}", f"name one: --image {language}=NAME")
        image = get_image(self.client, name, self.world, self._say)
        cache = self.world.cache_dir / "in-docker" / str(image.id).removeprefix("sha256:")[:20]
        for folder in (cache, self.world.state_dir):
            folder.mkdir(parents=True, exist_ok=True)
        environ = _environment(self.world, image)
        container = _create(self.client, image, name, self._mounts(cache), environ, self.memory_bytes)
        with self._lock:
            self.ended.callback(_remove, container)
        _start(self.client, container, name)
        place = ContainerPlace(f"the image {name}", self.scratch, self.client, str(container.id), environ, self.memory_bytes)
        return replace(self.world, environ=environ, cache_dir=cache, cwd=self.world.root, place=place, elsewhere={})

    def _say(self, text: str) -> None:
        with suppress(OSError):
            self.world.stderr.write(f"{text}\n")
            self.world.stderr.flush()

    def _mounts(self, cache: Path) -> dict[Path, str]:
        """Return which folders and files of this machine the container sees, and whether they are writable."""
        world = self.world
        seen = dict.fromkeys([world.root, world.manifest_path.parent, _PACKAGE, world.state_dir], "ro")
        with suppress(FileNotFoundError):
            seen[Path(find_uv())] = "ro"
        if home := world.env("HOME"):
            seen |= dict.fromkeys((path for name in _SETTINGS_FILES if (path := Path(home, name)).exists()), "ro")
        seen |= dict.fromkeys(_named_by_settings(world), "ro")
        return seen | {cache: "rw", self.scratch: "rw"}


def _named_by_settings(world: World) -> Iterator[Path]:
    """Yield the files and folders in the user's variables for package managers: certificates, lists, local indexes."""
    for name, value in world.environ.items():
        if (passes(name) or name.startswith("PIP_")) and name not in _OF_THE_IMAGE:
            for word in value.split():
                if word.startswith("/") and word != "/" and Path(word).exists():
                    yield Path(word)


def _environment(world: World, image: "Image") -> dict[str, str]:
    """Return the variables of the image, and those of the user that say where packages come from."""
    own = dict(line.split("=", 1) for line in image.attrs["Config"].get("Env") or [] if "=" in line)
    kept = {n: v for n, v in world.environ.items() if (passes(n) or n.startswith("PIP_")) and n not in _OF_THE_IMAGE}
    home = world.env("HOME")
    usual = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    usual["HOME"] = home if home and Path(home).is_dir() else "/tmp"  # noqa: S108 - in the container
    ours = {name: value for name, value in world.environ.items() if name.startswith("DVARA_") or name in ("TZ", "LANG")}
    return {**usual, **ours, **kept, **own, "HOME": usual["HOME"], "LANG": own.get("LANG", "C.UTF-8")}


def _create(
    client: "DockerClient",
    image: "Image",
    name: str,
    mounts: Mapping[Path, str],
    environ: Mapping[str, str],
    memory_bytes: int | None,
) -> "Container":
    """Create a container with an idle process. Raises GatewayError."""
    import docker

    home, owner = environ["HOME"], f",uid={os.getuid()},gid={os.getgid()}" if os.getuid() else ""  # Podman has none of these
    empty_home = {} if Path(home) in mounts or home == "/tmp" else {home: f"exec,mode=0755{owner}"}  # noqa: S108
    try:
        return client.containers.create(
            image.id,
            entrypoint=["/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"],
            command=[],
            labels=labels(),
            user=f"{os.getuid()}:{os.getgid()}",
            network_mode="host",
            init=True,
            read_only=True,
            security_opt=["no-new-privileges"],
            cap_drop=["ALL"],
            mem_limit=memory_bytes,
            memswap_limit=memory_bytes,
            tmpfs={"/tmp": "exec,mode=1777", **empty_home},  # noqa: S108 - in the container
            volumes=[f"{path}:{path}:{mode}" for path, mode in mounts.items()],
            working_dir="/",
            **fair_share(client),
        )
    except (docker.errors.APIError, requests.RequestException) as error:
        raise GatewayError(_not_started(client, name, said(error))) from None


def _start(client: "DockerClient", container: "Container", name: str) -> None:
    import docker

    try:
        container.start()
        container.reload()
    except (docker.errors.APIError, requests.RequestException) as error:
        raise GatewayError(_not_started(client, name, said(error))) from None
    if container.attrs["State"]["Status"] != "running":
        last = container.logs(tail=1).decode(errors="replace").strip()
        raise GatewayError(_not_started(client, name, last or "it ended at once"))


def _not_started(client: "DockerClient", name: str, reason: str) -> Diagnosis:
    low = reason.lower()
    if "exec format error" in low:
        return Diagnosis(f"the image {name} is not made for {platform_of(client)}", "name one that is, or another engine")
    if "/bin/sh" in low and ("no such file" in low or "not found" in low):
        return Diagnosis(f"the image {name} has no /bin/sh, by which scripts are started", "name an image with a shell")
    if "docker-init" in low or "container-init" in low:
        hint = "install tini (Docker) or catatonit (Podman), or the packages of the engine's own project"
        return Diagnosis(f"the container engine has no first process for containers ({reason})", hint)
    return Diagnosis(
        f"the container engine does not start the image {name} ({reason})", "name another image: --image LANGUAGE=NAME"
    )


def _remove(container: "Container") -> None:
    import docker

    with suppress(docker.errors.APIError, requests.RequestException):
        container.remove(force=True, v=True)
