"""Sends the request for the models through a proxy exactly as the tap's connections do, byte for byte.

The library itself would send requests to http addresses in another way than the tap, and might be let through although the
examples' requests are not.
"""

import select
import socket

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from dvara_examples.tap.proxies import Proxy
from dvara_examples.tap.rewrite import GatewayAddress
from dvara_examples.tap.upstream import reach


def tunnelled_pools(origin: GatewayAddress, proxy: Proxy, patience_s: float) -> dict[str, type[HTTPConnectionPool]]:
    """Return pools by scheme whose connections lead to *origin* through *proxy*; connecting raises Unreachable."""

    def connected() -> socket.socket:
        sock = reach(origin, _ready, proxy)
        sock.settimeout(patience_s)
        return sock

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connected()

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connected()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _ready(descriptor: int, events: int, limit_s: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, events)
    return bool(poll.poll(limit_s * 1000))
