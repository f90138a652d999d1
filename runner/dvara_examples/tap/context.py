"""What every connection of one tap needs, in one value."""

import socket
import ssl
from dataclasses import dataclass

from dvara_examples.core.clock import Timer
from dvara_examples.tap.exchange_log import Ledger
from dvara_examples.tap.gate import RequestGate
from dvara_examples.tap.proxies import Proxy
from dvara_examples.tap.rewrite import GatewayAddress, Rewriter
from dvara_examples.tap.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Wiring:
    """The way to the gateway, and what is done on it; *stopping* is a socket that hangs up when the tap is closed.

    *schedule* is None where no response is to be spoilt, *gate* where every request may pass, *proxy*
    where the way to the gateway is straight.
    """

    origin: GatewayAddress
    context: ssl.SSLContext | None
    rewriter: Rewriter
    ledger: Ledger
    timer: Timer
    stopping: socket.socket
    schedule: Schedule | None = None
    gate: RequestGate | None = None
    proxy: Proxy | None = None
