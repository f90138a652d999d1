"""The environment of an example: a short list of variables that are passed on, and nothing else.

An example must run the same way on a desktop, on a build machine and at a reader's. So nothing is passed on that changes what a
runtime does (``PYTHON*``, ``NODE_OPTIONS``, ``JAVA_TOOL_OPTIONS``), where its requests go (proxies, other gateways'
addresses) or what it may do there (keys and tokens of any kind). A list of allowed names cannot forget a secret.
"""

from collections.abc import Mapping

PASSED_ON = frozenset(
    {
        "PATH",  # where runtimes find their helpers
        "HOME",
        "USER",
        "LOGNAME",
        "TMPDIR",
        "TZ",
        "LANG",
        "LC_ALL",  # the categories one by one: a prefix would allow any name
        "LC_COLLATE",
        "LC_CTYPE",
        "LC_MESSAGES",
        "LC_MONETARY",
        "LC_NUMERIC",
        "LC_TIME",
        "SSL_CERT_FILE",  # a company's certificate authority, as the three runtimes call it
        "SSL_CERT_DIR",
        "NODE_EXTRA_CA_CERTS",
        "SYSTEMROOT",  # Windows cannot open a socket without it
    }
)
"""Names of variables that an example inherits. ``TERM`` is not one of them: its output never goes to a terminal."""


def child_environment(environ: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of an example's process: the listed variables of *environ*, then *extra* on top of them."""
    passed = {name: value for name, value in environ.items() if name in PASSED_ON}
    return passed | dict(extra)
