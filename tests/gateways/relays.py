"""Descriptions of the gateway in ``tests/data/gateways/relay.py``, for tests that start one."""

import sys
from pathlib import Path

from dvara_examples.gateways._description import GatewayDescription, parse_description

RELAY = Path(__file__).parent.parent / "data" / "gateways" / "relay.py"


IMAGE = "dvara-examples-test/relay:1"
"""The image that ``tests/gateways/images.py`` builds."""


def relay(mode: str = "honest", **more: object) -> GatewayDescription:
    """Return the description of a relay in *mode*; *more* replaces keys of it."""
    config = '{"url": "{provider_url}", "provider_key": "{provider_key}", "key": "{key}"}'
    value = {
        "title": "a relay",
        "argv": [sys.executable, str(RELAY), mode, "{host}", "{port}"],
        "image": IMAGE,
        "image_argv": ["/python", "/relay.py", mode, "{host}", "{port}"],
        "files": {"config.json": config},
        "ready": {"path": "/ready", "limit_s": 30},
        "mark": "model",
        **more,
    }
    return parse_description("relay", value)
