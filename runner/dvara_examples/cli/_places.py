"""Where scripts run: on this machine, or in the place named by ``--in``."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from dvara_examples.cli._options import Placing
from dvara_examples.core.world import World


@contextmanager
def placed(world: World, placing: Placing) -> Iterator[World]:
    """Yield the world for *placing*. Raises GatewayError, ExtraError."""
    if placing.images and placing.place is None:
        raise click.UsageError("--image names an image for containers; add --in docker")
    if placing.memory is not None and placing.place is None:
        raise click.UsageError("--memory limits containers; add --in docker")
    if placing.place is None:
        yield world
        return
    from dvara_examples.places.docker import in_containers
    from dvara_examples.toolchains import languages

    if unknown := [language for language in placing.images if language not in languages()]:
        raise click.UsageError(f"--image: expected one of {', '.join(languages())}, found {unknown[0]!r}")
    with in_containers(world, {**_of_manifest(world), **placing.images}, placing.memory) as there:
        yield there


def _of_manifest(world: World) -> Mapping[str, str]:
    """Return the images that the manifest names."""
    from dvara_examples.manifest import load_manifest
    from dvara_examples.manifest.checked import CheckedBefore

    before = CheckedBefore.of(world.manifest_path, world.cache_dir, writable=False)
    return load_manifest(world.manifest_path, world.root, display=world.cwd, before=before).images
