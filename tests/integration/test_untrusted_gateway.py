"""R10: the shipped examples at a gateway whose certificate nobody vouches for."""

import os
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from dvara_examples.cli._world import build_world
from dvara_examples.process import child_environment
from dvara_examples.toolchains import Command, Runtime, load_toolchain
from tests.integration.conftest import REPOSITORY

TLS = REPOSITORY / "tests" / "data" / "tls"
SCRIPTS = {"python": "python/stream_robust.py", "node": "node/stream-robust.mjs", "java": "java/StreamRobust.java"}
REASON = {
    "python": "CERTIFICATE_VERIFY_FAILED",
    "node": "DEPTH_ZERO_SELF_SIGNED_CERT",
    "java": "unable to find valid certification path",
}


class Handshakes(BaseRequestHandler):
    """Shakes hands as a server that holds a certificate of its own making, and notes what was said to it behind that."""

    context: ssl.SSLContext
    heard: list[bytes]

    def handle(self) -> None:
        """Take one connection; a client that refuses the certificate ends it."""
        try:
            with self.context.wrap_socket(self.request, server_side=True) as secure:
                self.heard.append(secure.recv(1))
        except OSError:
            pass


@contextmanager
def untrusted_gateway() -> Iterator[tuple[str, list[bytes]]]:
    """Yield the base URL of a gateway that nobody vouches for, and what it heard of any request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    heard: list[bytes] = []
    handler = type("Handler", (Handshakes,), {"context": context, "heard": heard})
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, name="untrusted-gateway", kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_address[1]}/v1", heard
        finally:
            server.shutdown()
            thread.join()


def command(language: str) -> Command:
    """Return how the robust example of *language* is started, its packages being there."""
    world = build_world(REPOSITORY / "examples" / "manifest.yaml")
    toolchain = load_toolchain(language)
    runtime = toolchain.probe(world)
    assert isinstance(runtime, Runtime)
    script = REPOSITORY / "examples" / SCRIPTS[language]
    return toolchain.prepare(runtime, script.parent, world, lambda _: None).command(script)


@pytest.mark.slow
@pytest.mark.parametrize("language", SCRIPTS)
def test_a_certificate_that_nobody_vouches_for_is_refused(language: str, languages: tuple[str, ...], tmp_path: Path) -> None:
    """The example sends neither request nor key, and says in one line what is wrong with the certificate."""
    if language not in languages:
        pytest.skip(f"{language} is not on this machine")  # which the fixture allows at a desk only
    started = command(language)
    with untrusted_gateway() as (url, heard):
        environ = child_environment(os.environ, {**started.env, "DVARA_URL": url, "DVARA_API_KEY": "gw_never_to_be_sent"})
        for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"):
            environ.pop(name, None)
        ended = subprocess.run(started.argv, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stdout.strip() == ""
    assert ended.stderr.startswith("connection failed: ")
    assert ended.stderr.count("\n") == 1
    assert REASON[language] in ended.stderr
    assert set(heard) <= {b""}
