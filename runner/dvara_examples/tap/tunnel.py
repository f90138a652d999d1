"""Asks an HTTP proxy for a connection to another host (CONNECT, RFC 9110 section 9.3.6); from then on bytes go untouched."""

import select
import socket

from dvara_examples.tap.proxies import Proxy
from dvara_examples.tap.rewrite import GatewayAddress
from dvara_examples.tap.waiting import Ready, Unreachable, words
from dvara_examples.wire.http import ProtocolError, read_response_head

ANSWER_LIMIT_S = 10.0
_HEAD_LIMIT_BYTES = 16 * 1024
_END = b"\r\n\r\n"


def open_tunnel(sock: socket.socket, proxy: Proxy, origin: GatewayAddress, ready: Ready) -> None:
    """Turn *sock*, which is connected to *proxy* and does not block, into a connection to *origin*; *ready* does the waiting.

    Raises Unreachable, whose reason names the proxy and never its credentials. The caller closes.
    """
    try:
        sock.send(_request(proxy, origin))  # a new connection accepts a few hundred bytes at once
        head = _head(sock, proxy, ready)
    except OSError as error:
        raise Unreachable(f"{proxy} ended the connection: {words(error)}") from error
    try:
        status = read_response_head(head).status
    except ProtocolError:
        raise Unreachable(f"{proxy} does not answer as an HTTP proxy does", "check its address") from None
    if not 200 <= status < 300:
        raise _refusal(status, proxy, origin)


def _request(proxy: Proxy, origin: GatewayAddress) -> bytes:
    target = f"[{origin.host}]:{origin.port}" if ":" in origin.host else f"{origin.host}:{origin.port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.credentials is not None:
        lines.append(f"Proxy-Authorization: {proxy.credentials}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _head(sock: socket.socket, proxy: Proxy, ready: Ready) -> bytes:
    """Return the proxy's answer, read byte by byte: what follows its head already belongs to the gateway."""
    head = bytearray()
    while not head.endswith(_END):
        if not ready(sock.fileno(), select.POLLIN, ANSWER_LIMIT_S):
            raise Unreachable(f"{proxy} does not answer within {ANSWER_LIMIT_S:g} s", "check its address")
        byte = sock.recv(1)
        head += byte
        if not byte or len(head) > _HEAD_LIMIT_BYTES:
            raise Unreachable(f"{proxy} does not answer as an HTTP proxy does", "check its address")
    return bytes(head)


def _refusal(status: int, proxy: Proxy, origin: GatewayAddress) -> Unreachable:
    if status != 407:
        cause = f"{proxy} makes no connection to {origin.host}:{origin.port} ({status})"
        return Unreachable(cause, "have it allowed there, or name the host in NO_PROXY")
    if proxy.credentials is None:
        cause = f"{proxy} wants a user name and a password (407)"
        return Unreachable(cause, f"write them into {proxy.variable} before its host, with an @")
    return Unreachable(f"{proxy} does not accept the user name and the password in {proxy.variable} (407)", "check them")
