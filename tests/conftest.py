"""What every test may rely on."""

import signal


def pytest_configure() -> None:
    """Let SIGINT mean what it means at a terminal; whoever starts the suite in the background of a script has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
