"""What every test may rely on."""

import os
import signal

from hypothesis import HealthCheck, settings

# A busy machine is no finding. CI, which decides about a change, tries the same values each time; a desk tries new ones.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


def pytest_configure() -> None:
    """Let SIGINT mean what it means at a terminal; whoever starts the suite in the background of a script has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
