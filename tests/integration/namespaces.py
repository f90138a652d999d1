"""Linux namespaces for tests: disks that are full or cannot be written to, and machines without a network."""

import os
import shlex
import shutil
import subprocess
import sys

import pytest

NEEDS_ONE = "a Linux namespace of one's own is not permitted here"


def own_namespace(*flags: str) -> list[str]:
    """Return the words that start a program in a namespace of its own, where it may mount and configure.

    Skips where none is available, but not on CI: a test that never runs proves nothing.
    """
    words = ["unshare", *flags] if os.geteuid() == 0 else ["unshare", "--map-root-user", *flags]
    allowed = shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    if not allowed:
        assert not os.environ.get("CI"), NEEDS_ONE
        pytest.skip(NEEDS_ONE)
    return words


_LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
with socket.socket() as sock:
    fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
os.execv(sys.argv[1], sys.argv[1:])
"""


def without_network(program: str, *args: str) -> list[str]:
    """Return the words that start *program* if there is loopback, and no other network device at all."""
    return [*own_namespace("--net"), sys.executable, "-c", _LOOPBACK_UP, program, *args]


def with_disk(folder: str, options: str, program: str, *args: str) -> list[str]:
    """Return the words that start *program* while *folder* is a file system in memory, mounted with *options*."""
    mount = shlex.join(["mount", "-t", "tmpfs", "-o", options, "none", folder])
    return [*own_namespace("--mount"), "sh", "-c", f"{mount} && exec {shlex.join([program, *args])}"]
