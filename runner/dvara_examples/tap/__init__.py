"""The recording relay between an example and its gateway: the witness on the wire.

    with Tap(endpoint_of_the_gateway, timer, redactor) as tap:
        ...                         # the example talks to tap.endpoint
    tap.exchanges()                 # what it sent, what came back, and how each exchange ended

Response bytes pass untouched and at once; everything else here only watches.
"""

from dvara_examples.tap.bounded import CaptureLimits
from dvara_examples.tap.exchange_log import RequestGate
from dvara_examples.tap.progress import TapEvent
from dvara_examples.tap.server import LOCALHOST, Tap

__all__ = ["LOCALHOST", "CaptureLimits", "RequestGate", "Tap", "TapEvent"]
