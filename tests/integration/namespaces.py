"""Linux namespaces for tests: disks that are full or cannot be written to, and machines without a network."""

import os
import shutil
import subprocess

import pytest

NEEDS_ONE = "a Linux namespace of one's own is not permitted here"


def own_namespace(*flags: str) -> list[str]:
    """Return the words that start a program in a namespace of its own, where it may mount and configure.

    Skips where none can be had, but not on CI: a test that never runs proves nothing.
    """
    words = ["unshare", *flags] if os.geteuid() == 0 else ["unshare", "--map-root-user", *flags]
    allowed = shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    if not allowed:
        assert not os.environ.get("CI"), NEEDS_ONE
        pytest.skip(NEEDS_ONE)
    return words
