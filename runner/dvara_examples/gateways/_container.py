"""Starts a described gateway in a container, waits until it is ready, and always removes it."""

import io
import os
import secrets
import socket
import tarfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import requests

from dvara_examples.core.errors import Diagnosis, GatewayError
from dvara_examples.core.redaction import Redactor
from dvara_examples.core.world import World
from dvara_examples.gateways._description import GatewayDescription, MarkKind, fill
from dvara_examples.gateways._engine import fair_share, labels, on_this_machine, platform_of
from dvara_examples.gateways._image import get_image, said
from dvara_examples.gateways._log import GatewayLog
from dvara_examples.gateways._provider import ProviderAddress, Setting, headers_of
from dvara_examples.gateways._ready import await_ready, refuses
from dvara_examples.records.model import Endpoint

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container
    from docker.models.networks import Network

_LOOPBACK = "127.0.0.1"
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - inside the container; the engine publishes it on loopback alone
_END_LIMIT_S = 5
_WRONG_FORMAT = "exec format error"


@dataclass(frozen=True, slots=True)
class ContainerGateway:
    """A gateway that runs in a container: its address, its log, how long it took to start, and whether it is still alive."""

    endpoint: Endpoint
    log: GatewayLog
    ready_after_s: float
    exposed: bool
    _container: "Container"
    _description: GatewayDescription
    _platform: str

    def death(self) -> GatewayError | None:
        """Return an error message if the container has ended by itself; a closed port is just not ready yet."""
        if refuses(self.endpoint.base_url):
            with suppress(requests.RequestException):
                self._container.wait(timeout=_END_LIMIT_S)
        return _death(self._container, self._description, self._platform, self.log)


@contextmanager
def own_network(client: "DockerClient") -> Iterator["Network"]:
    """Create a network for one container, and remove it. Raises GatewayError."""
    import docker

    name = f"dvara-examples-{secrets.token_hex(6)}"
    try:
        network = client.networks.create(name, driver="bridge", labels=labels())
    except docker.errors.APIError as error:
        hint = "remove networks that nobody uses: docker network prune"
        raise GatewayError(f"the container engine cannot create a network ({said(error)})", hint) from None
    try:
        network.reload()
        yield network
    finally:
        with suppress(docker.errors.APIError, requests.RequestException):
            network.remove()


def host_for_containers(client: "DockerClient", network: "Network") -> tuple[str, str]:
    """Return the address of this machine to listen on, and the name under which containers of *network* reach it.

    On Linux both are the network's own gateway address, which no other machine can reach. Raises GatewayError for a remote
    engine.
    """
    if not on_this_machine(client):
        return _LOOPBACK, "host.docker.internal"
    configuration = network.attrs["IPAM"]["Config"]
    address = str(configuration[0]["Gateway"]).partition("/")[0]
    try:
        with socket.create_server((address, 0)):
            return address, address
    except OSError as error:
        cause = f"containers cannot reach this tool: it cannot listen on {address} ({os.strerror(error.errno or 0)})"
        hint = "use Docker on this machine, and start the tool outside of containers; with Podman use --gateway command"
        raise GatewayError(cause, hint) from None


@contextmanager
def run_container(
    client: "DockerClient", description: GatewayDescription, upstream: ProviderAddress, network: "Network", world: World
) -> Iterator[ContainerGateway]:
    """Start the image of *description* in front of *upstream*, and remove the container at the end. Raises GatewayError.

    Its port is published on loopback only. Its log is stored in the state folder, even after a failed start.
    """
    image = get_image(client, description.image, world, lambda text: _say(world, text))
    setting = Setting(upstream, _EVERYWHERE, description.image_port, description.image_folder)
    log = GatewayLog(
        world.state_dir / "gateways" / f"{description.name}-{secrets.token_hex(3)}.log", Redactor.of((setting.key, upstream.key))
    )
    platform = platform_of(client)
    try:
        with ExitStack() as ended, _container(client, image.id, description, setting, network) as container:
            reader = threading.Thread(target=_follow, args=(container, log), name="gateway-log", daemon=True)
            reader.start()
            ended.callback(reader.join, _END_LIMIT_S)

            def death() -> GatewayError | None:
                found = _state(container)
                if found is not None:
                    reader.join(_END_LIMIT_S)
                return _death(container, description, platform, log)

            port = _published(container, setting.port)
            if port is None:
                raise death() or GatewayError(f"{description.title} publishes no port {setting.port}", "correct `image_port`")
            key = upstream.key if description.mark is MarkKind.KEY else fill(description.key, setting.values)
            took_s = await_ready(description, (_LOOPBACK, port), key, world, death, log)
            at = Endpoint(f"http://{_LOOPBACK}:{port}{description.base_path}", key, headers_of(description, setting))
            yield ContainerGateway(at, log, took_s, False, container, description, platform)
    finally:
        log.close()


def _say(world: World, text: str) -> None:
    with suppress(OSError):
        world.stderr.write(f"{text}\n")
        world.stderr.flush()


@contextmanager
def _container(
    client: "DockerClient", image: str, description: GatewayDescription, setting: Setting, network: "Network"
) -> Iterator["Container"]:
    """Create a container, copy its files into it, start it, and remove it with its volumes at the end."""
    import docker

    values = setting.values
    container = None
    try:
        try:
            container = client.containers.create(
                image,
                command=[fill(word, values) for word in description.image_argv] or None,
                environment={name: fill(text, values) for name, text in description.environment.items()},
                labels=labels(),
                network=network.name,
                ports={f"{setting.port}/tcp": (_LOOPBACK, None)},
                extra_hosts=_hosts(setting.upstream),
                security_opt=["no-new-privileges"],
                **fair_share(client),
            )
            if description.files:
                container.put_archive("/", _archive(description, setting))
            container.start()
        except docker.errors.APIError as error:
            raise GatewayError(_not_started(description, said(error), platform_of(client))) from None
        except requests.RequestException as error:
            raise GatewayError(f"the container engine did not answer ({type(error).__name__})", "look at its own log") from None
        yield container
    finally:
        if container is not None:
            with suppress(docker.errors.APIError, requests.RequestException):
                container.remove(force=True, v=True)


def _hosts(upstream: ProviderAddress) -> dict[str, str]:
    return {"host.docker.internal": "host-gateway"} if "host.docker.internal" in upstream.url else {}


def _archive(description: GatewayDescription, setting: Setting) -> bytes:
    """Return the files as a tar archive to be unpacked at the root, readable by any user in the container."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, text in description.files.items():
            content = fill(text, setting.values).encode()
            entry = tarfile.TarInfo(str(PurePosixPath(description.image_folder.lstrip("/")) / name))
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()


def _not_started(description: GatewayDescription, reason: str, platform: str) -> Diagnosis:
    low = reason.lower()
    if _WRONG_FORMAT in low or "platform" in low:
        return _wrong_platform(description, platform)
    if "address already in use" in low or "port is already allocated" in low:
        return Diagnosis(f"a port for {description.title} is taken ({reason})", "start again; the engine chooses another port")
    return Diagnosis(f"the container engine does not start {description.title} ({reason})", "check its image and `image_argv`")


def _wrong_platform(description: GatewayDescription, platform: str) -> Diagnosis:
    return Diagnosis(f"the image {description.image} is not made for {platform}", "name one that is, or another engine")


def _published(container: "Container", port: int) -> int | None:
    """Return the port of this machine that leads to *port* of the container, None if it has ended."""
    container.reload()
    bound = (container.attrs["NetworkSettings"]["Ports"] or {}).get(f"{port}/tcp") or []
    return int(bound[0]["HostPort"]) if bound else None


def _follow(container: "Container", log: GatewayLog) -> None:
    """Store what the container writes, line by line, until it ends."""
    import docker

    rest = b""
    gone = (docker.errors.APIError, requests.RequestException, OSError, ValueError, AttributeError)
    with suppress(*gone), closing(container.logs(stream=True, follow=True)) as stream:
        for piece in stream:
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                log.write_line(line + b"\n")
    if rest:
        log.write_line(rest + b"\n")


def _state(container: "Container") -> tuple[int, bool] | None:
    """Return exit status and whether memory ran out if the container has ended."""
    import docker

    try:
        container.reload()
    except docker.errors.NotFound:
        return -1, False
    except (docker.errors.APIError, requests.RequestException):
        return -2, False
    state = container.attrs["State"]
    return None if state["Running"] else (int(state["ExitCode"]), bool(state["OOMKilled"]))


def _death(container: "Container", description: GatewayDescription, platform: str, log: GatewayLog) -> GatewayError | None:
    found = _state(container)
    if found is None:
        return None
    code, out_of_memory = found
    if _WRONG_FORMAT in log.last_lines.lower():
        return GatewayError(_wrong_platform(description, platform))
    end = {-1: "was removed", -2: "was lost with the container engine"}.get(code, f"ended with exit status {code}")
    memory = ", out of memory" if out_of_memory else ""
    return GatewayError(f"{description.title} {end}{memory}{log.last_lines}", f"its whole log is in {log.path}")
