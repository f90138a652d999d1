"""The connection to the gateway: address, TLS, and reads and writes that never block."""

import contextlib
import errno
import fcntl
import os
import select
import socket
import ssl
import struct
import sys
import termios
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from dvara_examples.core.errors import GatewayError
from dvara_examples.tap.rewrite import GatewayAddress
from dvara_examples.tap.waiting import Ready, Unreachable, words

if TYPE_CHECKING:
    from dvara_examples.tap.proxies import Proxy

CONNECT_LIMIT_S = 10.0
_CUT = "UNEXPECTED_EOF_WHILE_READING"
"""OpenSSL's word for an end of TLS without a goodbye; Python 3.11.2 raises no SSLEOFError for it."""
_CA_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class Upstream:
    """One open connection to the gateway; its methods do not block and are called from one thread."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self.ragged = False
        """Whether the gateway ended TLS without saying so."""

    def fileno(self) -> int:
        """Return the descriptor to poll."""
        return self._socket.fileno()

    def recv_into(self, buffer: memoryview) -> int | None:
        """Read once; 0 at a FIN, None if nothing is there yet. Raises OSError (ConnectionResetError at an RST)."""
        try:
            return self._socket.recv_into(buffer)
        except (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        except ssl.SSLError as error:
            if not isinstance(error, ssl.SSLEOFError) and error.reason != _CUT:
                raise
            self.ragged = True
            return 0

    def send(self, data: memoryview) -> int:
        """Write what fits now and return how much. Raises OSError."""
        try:
            return self._socket.send(data)
        except (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0

    def buffered(self) -> bool:
        """Whether bytes wait inside the TLS layer, where polling does not see them."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def half_close(self) -> None:
        """Pass the client's FIN on; TLS has no usable half-closed state, so nothing is sent there."""
        if not isinstance(self._socket, ssl.SSLSocket):
            shut_writing(self._socket)

    def close(self) -> None:
        """Close with a FIN."""
        self._socket.close()

    def abort(self) -> None:
        """Close with an RST."""
        reset(self._socket)


def connect(origin: GatewayAddress, context: ssl.SSLContext | None, ready: Ready, proxy: "Proxy | None" = None) -> Upstream:
    """Open a connection to *origin*, over TLS if there is a *context*, through a *proxy* if there is one.

    *ready* does the waiting. Raises Unreachable with the reason of the last address tried.
    """
    sock = reach(origin, ready, proxy)
    return Upstream(_wrap(sock, context, origin, ready) if context else sock)


def reach(origin: GatewayAddress, ready: Ready, proxy: "Proxy | None") -> socket.socket:
    """Return a socket that leads to *origin*, directly or through *proxy*, and does not block. Raises Unreachable."""
    if proxy is None:
        return _open(origin.host, origin.port, origin.authority, ready)
    from dvara_examples.tap.tunnel import open_tunnel

    sock = _open(proxy.host, proxy.port, str(proxy), ready)
    try:
        open_tunnel(sock, proxy, origin, ready)
    except BaseException:
        sock.close()
        raise
    return sock


def _open(host: str, port: int, shown: str, ready: Ready) -> socket.socket:
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        why = words(error) if isinstance(error, OSError) else "it is not a host name"
        raise Unreachable(f"the host name {host!r} cannot be resolved: {why}") from error
    reason = "it has no address"
    for family, kind, protocol, _, address in addresses:
        try:
            return _connect_one(socket.socket(family, kind, protocol), address, ready)
        except OSError as error:
            reason = words(error)
    raise Unreachable(f"no connection to {shown}: {reason}")


def tls_context(environ: Mapping[str, str], *, sees_cuts: bool = True) -> ssl.SSLContext:
    """Return a verifying context; the usual variables of *environ* replace the machine's own authorities.

    With *sees_cuts*, a connection that ends without a goodbye of TLS is told from one that was closed.
    Raises GatewayError if a variable names something unreadable.
    """
    for name in _CA_VARIABLES:
        if value := environ.get(name):
            where = Path(value)
            try:
                folder = os.fspath(where) if where.is_dir() else None
                context = ssl.create_default_context(cafile=None if folder else os.fspath(where), capath=folder)
            except OSError as error:
                raise GatewayError(
                    f"{name} points at {value!r}, which has no certificates ({words(error)})",
                    "a PEM file or a folder of hashed certificates is accepted",
                ) from None
            break
    else:
        context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if sees_cuts:  # Python 3.11.2, the one of Debian 12, sets this option
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    else:
        context.options |= ssl.OP_IGNORE_UNEXPECTED_EOF
    return context


def shut_writing(sock: socket.socket) -> None:
    """Send a FIN and continue reading; a closed connection is left alone."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_WR)


def reset(sock: socket.socket) -> None:
    """Close with an RST: a linger time of zero discards what is unsent."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def unacknowledged(sock: socket.socket) -> int:
    """Return how many bytes the other side has not acknowledged; 0 if the system does not say."""
    try:
        return int.from_bytes(fcntl.ioctl(sock, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
    except OSError:
        return 0


def no_delay(sock: socket.socket) -> None:
    """Send small pieces at once; a closed connection is left alone."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _connect_one(
    sock: socket.socket, address: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes], ready: Ready
) -> socket.socket:
    try:
        sock.setblocking(False)
        no_delay(sock)
        code = sock.connect_ex(address)
        if code == errno.EINPROGRESS:
            if not ready(sock.fileno(), select.POLLOUT, CONNECT_LIMIT_S):
                raise TimeoutError(errno.ETIMEDOUT, f"no answer within {CONNECT_LIMIT_S:g} s")
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
    except BaseException:
        sock.close()
        raise
    return sock


def _wrap(sock: socket.socket, context: ssl.SSLContext, origin: GatewayAddress, ready: Ready) -> ssl.SSLSocket:
    """Shake hands and verify. Raises Unreachable."""
    wrapped = context.wrap_socket(sock, server_hostname=origin.host, do_handshake_on_connect=False, suppress_ragged_eofs=False)
    try:
        while True:
            try:
                wrapped.do_handshake()
            except ssl.SSLWantReadError:
                events = select.POLLIN
            except ssl.SSLWantWriteError:
                events = select.POLLOUT
            else:
                return wrapped
            if not ready(wrapped.fileno(), events, CONNECT_LIMIT_S):
                raise Unreachable(f"no TLS answer from {origin.authority} within {CONNECT_LIMIT_S:g} s")
    except ssl.SSLCertVerificationError as error:
        wrapped.close()
        raise Unreachable(f"the certificate of {origin.authority} is not trusted: {error.verify_message}") from error
    except OSError as error:
        wrapped.close()
        raise Unreachable(f"TLS with {origin.authority} failed: {words(error)}") from error
    except BaseException:
        wrapped.close()
        raise
