"""What every test may rely on."""

import gc
import os
import signal
import warnings
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no finding. CI, which decides about a change, tries the same values each time; a desk tries new ones.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


def pytest_configure() -> None:
    """Let SIGINT mean what it means at a terminal; whoever starts the suite in the background of a script has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Let one worker more than there are cores run tests: many of them wait for a stream, a limit or a download."""
    return (yield) + ("PYTEST_XDIST_AUTO_NUM_WORKERS" not in os.environ)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that may take longest first, so that no worker begins one of them when the others are done."""
    items.sort(key=_limit_s, reverse=True)  # keeps the order of tests with the same limit


def _limit_s(item: pytest.Item) -> float:
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0]) if mark is not None else float(item.config.getini("timeout"))


@pytest.fixture(scope="module")
def engine_sockets_collected() -> Iterator[None]:
    """Collect the refused sockets that the Docker SDK left before the tests of other modules, in which they are an error."""
    yield
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()
