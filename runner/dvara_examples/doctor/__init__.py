"""What ``dvara-examples doctor`` looks at, check by check: runtimes, folders, gateway, key, model, a stream.

Every check says how things stand and, where they do not stand well, what mends it.
"""

from collections.abc import Callable, Iterator

from dvara_examples.core.world import World
from dvara_examples.doctor.check import Check, CheckState
from dvara_examples.doctor.folders import check_folders
from dvara_examples.doctor.gateway import check_gateway
from dvara_examples.doctor.languages import check_languages

__all__ = ["Check", "CheckState", "examine"]


def examine(world: World, gateway: str, say: Callable[[str], None]) -> Iterator[Check]:
    """Yield the checks as they are made; *gateway* is a kind, *say* hears what is about to be spent before it is.

    One short completion is asked for, in the words of the examples: newer models refuse ``max_tokens``.
    """
    yield from check_languages(world)
    yield from check_folders(world)
    yield from check_gateway(world, gateway, say)
