"""The container engine: finds it as Docker's own command does, explains problems in a sentence, and cleans up.

Everything that is created there has labels that name its process, so a later start can remove what a killed
process left behind, without touching what belongs to a running one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import requests

from dvara_examples.core.errors import Diagnosis, GatewayError
from dvara_examples.core.extras import import_extra
from dvara_examples.core.own_folder import has_ended, owner
from dvara_examples.core.world import World
from dvara_examples.gateways._causes import causes_of

if TYPE_CHECKING:
    from docker import DockerClient

LABEL = "dev.dvara-examples.owner"
_CPU_SHARES = 8 * 1024
"""What eight programs of the machine get on busy processors."""
_CALL_LIMIT_S = 60
_USUAL_HOST = "unix:///var/run/docker.sock"
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}


def labels() -> dict[str, str]:
    """Return the labels for what this process creates."""
    return {LABEL: owner()}


@contextmanager
def engine(world: World) -> Iterator["DockerClient"]:
    """Connect to the engine of ``DOCKER_HOST`` or the current context, and remove what a killed process left there.

    Raises GatewayError if there is none or it may not be used, ExtraError if the package is missing.
    """
    docker = import_extra("docker", "docker", "a container")
    host, client = host_of(world), None
    try:
        client = docker.DockerClient(base_url=host, timeout=_CALL_LIMIT_S, tls=_tls(world))
        client.ping()
    except (docker.errors.DockerException, requests.RequestException, OSError, ValueError) as error:
        if client is not None:
            client.close()
        raise GatewayError(_unreachable(host, error)) from None
    try:
        remove_leftovers(client)
        yield client
    finally:
        client.close()


def remove_leftovers(client: "DockerClient") -> int:
    """Remove the containers and networks of processes of this machine that have ended; return how many there were."""
    import docker

    removed = 0
    for container in client.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True):
        if has_ended(container.labels.get(LABEL, "")):
            with suppress(docker.errors.NotFound, docker.errors.APIError):  # another start may remove it at the same time
                container.remove(force=True, v=True)
                removed += 1
    for network in client.networks.list(filters={"label": LABEL}):
        if has_ended((network.attrs.get("Labels") or {}).get(LABEL, "")):
            with suppress(docker.errors.NotFound, docker.errors.APIError):
                network.remove()
                removed += 1
    return removed


def host_of(world: World) -> str:
    """Return the engine's address: ``DOCKER_HOST``, or that of ``DOCKER_CONTEXT`` or the current context.

    Raises GatewayError for a context that does not exist.
    """
    if (host := world.env("DOCKER_HOST")) is not None:
        return host
    from docker.context import ContextAPI

    name = world.env("DOCKER_CONTEXT")
    context = ContextAPI.get_context(name) if name else ContextAPI.get_current_context()
    if context is None and name:
        cause = f"DOCKER_CONTEXT names the context {name!r}, which was not found"
        raise GatewayError(cause, "docker context ls lists the existing ones")
    host = str(context.Host) if context is not None and context.Host else _USUAL_HOST
    return host.removeprefix("http+")


def _tls(world: World) -> "object":
    """Return the settings of ``DOCKER_CERT_PATH`` and ``DOCKER_TLS_VERIFY``, or False."""
    from docker.utils import kwargs_from_env

    return kwargs_from_env(dict(world.environ) or {"": ""}).get("tls", False)


def _unreachable(host: str, error: Exception) -> Diagnosis:
    causes = tuple(causes_of(error))
    path = host.removeprefix("unix://")
    if any(isinstance(cause, PermissionError) for cause in causes):
        hint = "add yourself to the group that owns it (often `docker`) and log in again, or run a rootless engine"
        return Diagnosis(f"the container engine at {host} cannot be used: no permission for {path}", hint)
    if any(isinstance(cause, FileNotFoundError | ConnectionRefusedError) for cause in causes):
        hint = "start Docker, or set DOCKER_HOST to the address of an engine that runs"
        return Diagnosis(f"no container engine answers at {host}", hint)
    said = " ".join(str(error).split())[:200]
    return Diagnosis(f"the container engine at {host} cannot be used ({said})", "check DOCKER_HOST, or start Docker")


def platform_of(client: "DockerClient") -> str:
    """Return the platform of the engine's images, such as ``linux/amd64``."""
    version = client.version()
    machine = str(version.get("Arch", ""))
    return f"{version.get('Os', 'linux')}/{_MACHINES.get(machine, machine)}"


def fair_share(client: "DockerClient") -> dict[str, Any]:
    """Return the options that give a container a larger share of busy processors than one program of the machine.

    By default all containers together get the share of one. If systemd manages the groups, this is limited by its slice.
    """
    share: dict[str, Any] = {"cpu_shares": _CPU_SHARES}
    return {**share, "cgroup_parent": "/"} if client.info().get("CgroupDriver") == "cgroupfs" else share


def on_this_machine(client: "DockerClient") -> bool:
    """Tell whether the engine shares this machine's network: a socket in the file system, and no virtual machine behind it."""
    base_url = str(client.api.base_url)
    local = base_url.startswith(("http+docker://", "unix://", "http://localhost"))
    return local and os.name == "posix" and "desktop" not in str(client.info().get("OperatingSystem", "")).lower()
