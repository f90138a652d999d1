"""The checks of ``dvara-examples doctor``: runtimes, folders, gateway, key, model, a stream.

Every check reports a state and, if something is wrong, a fix.
"""

from collections.abc import Callable, Iterator

from dvara_examples.core.world import World
from dvara_examples.doctor.check import Check, CheckState
from dvara_examples.doctor.folders import check_folders
from dvara_examples.doctor.gateway import check_gateway
from dvara_examples.doctor.languages import check_languages

__all__ = ["Check", "CheckState", "examine"]


def examine(world: World, gateway: str, say: Callable[[str], None]) -> Iterator[Check]:
    """Yield the checks as they finish; *gateway* is a kind, *say* is called before anything is spent.

    It asks for one short completion, in the same way as the examples, because newer models refuse ``max_tokens``.
    """
    yield from check_languages(world)
    yield from check_folders(world)
    yield from check_gateway(world, gateway, say)
