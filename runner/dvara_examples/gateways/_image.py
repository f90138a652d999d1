"""Gets a container image: from the engine if present, else from its registry, with progress."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from dvara_examples.core.clock import start_timer
from dvara_examples.core.errors import Diagnosis, GatewayError
from dvara_examples.core.world import World
from dvara_examples.gateways._engine import platform_of

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.images import Image

_SAY_EVERY_S = 5.0


def get_image(client: "DockerClient", name: str, world: World, say: Callable[[str], None]) -> "Image":
    """Return the image *name*, pulled if missing; *say* gets the progress. Raises GatewayError."""
    import docker

    try:
        image = client.images.get(name)
    except docker.errors.ImageNotFound:
        if world.offline:
            cause = f"the image {name} is not on this machine, and --offline forbids to pull it"
            raise GatewayError(cause, f"pull it first: docker pull {name}") from None
        _pull(client, name, world, say)
        image = client.images.get(name)
    except docker.errors.APIError as error:
        raise GatewayError(f"expected the name of an image, found {name!r} ({said(error)})", "correct it") from None
    _check_platform(client, image, name)
    return image


def _pull(client: "DockerClient", name: str, world: World, say: Callable[[str], None]) -> None:
    import docker
    import requests

    repository, tag = docker.utils.parse_repository_tag(name)
    timer, next_s = start_timer(world.clock), 0.0
    layers: dict[str, tuple[int, int]] = {}
    try:
        for line in client.api.pull(repository, tag=tag or "latest", stream=True, decode=True):
            if "error" in line:
                raise GatewayError(_refused(client, name, str(line["error"])))
            if world.stop.is_set():
                raise KeyboardInterrupt
            detail = line.get("progressDetail") or {}
            if "id" in line and "total" in detail:
                layers[line["id"]] = (detail.get("current", 0), detail["total"])
            if timer() >= next_s:
                next_s = timer() + _SAY_EVERY_S
                say(f"pulling {name}{_progress(layers)}")
    except (docker.errors.APIError, requests.RequestException) as error:
        raise GatewayError(_refused(client, name, said(error))) from None


def _progress(layers: dict[str, tuple[int, int]]) -> str:
    have, total = (sum(sizes) for sizes in zip(*layers.values(), strict=True)) if layers else (0, 0)
    return f": {have / 1e6:.0f} of {total / 1e6:.0f} MB" if total else ""


def _refused(client: "DockerClient", name: str, reason: str) -> Diagnosis:
    low = reason.lower()
    if "no matching manifest" in low or "does not match the specified platform" in low:
        return Diagnosis(f"the image {name} is not made for {platform_of(client)}", "name one that is, or another engine")
    if any(words in low for words in ("not found", "manifest unknown", "denied", "does not exist", "unauthorized")):
        cause = f"the image {name} was not found, or needs a login ({reason})"
        return Diagnosis(cause, "check its name and tag, or use docker login")
    return Diagnosis(f"the image {name} cannot be pulled ({reason})", "check the network, or pull it first with docker pull")


def _check_platform(client: "DockerClient", image: "Image", name: str) -> None:
    """Refuse an image for another system; one for another processor may still run with emulation."""
    system = str(image.attrs.get("Os") or "linux")
    wanted = platform_of(client)
    if system != wanted.partition("/")[0]:
        raise GatewayError(f"the image {name} is made for {system}, and the engine runs {wanted}", "name another image")


def said(error: Exception) -> str:
    """Return the message of the engine or the network, on one line."""
    return " ".join(str(getattr(error, "explanation", None) or error).split())[:300]
