"""Which settings of a user's environment apply to the package managers.

Settings for the source of packages, and for the way to it, must apply. Settings for what else is installed, where to,
or how versions are chosen would change or move locked releases (``UV_CONSTRAINT``, ``npm_config_global``): they are
meant for other projects, and an allow-list cannot miss one.
"""

import re

_SYSTEM = (
    r"HOME|PATH|TMPDIR|LANG|LC_\w+|XDG_\w+|NETRC|SSL_CERT_(?:FILE|DIR)|(?:REQUESTS|CURL|NODE_EXTRA)_CA_(?:BUNDLE|CERTS)"
    r"|(?:HTTPS?|ALL|NO)_PROXY"
)
_UV = (
    r"(?:DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|INDEX_STRATEGY|INDEX_\w+_(?:USERNAME|PASSWORD)|FIND_LINKS|NO_INDEX"
    r"|KEYRING_PROVIDER|CREDENTIALS_DIR|NATIVE_TLS|SYSTEM_CERTS|INSECURE_HOST|OFFLINE|CACHE_DIR|NO_CACHE|CONFIG_FILE|NO_CONFIG"
    r"|HTTP_\w+|REQUEST_TIMEOUT|CONCURRENT_\w+|LOCK_TIMEOUT|LINK_MODE|EXCLUDE_NEWER|PYTHON_INSTALL_MIRROR|GITHUB_TOKEN)"
)
_NPM = (
    r"(?:@[\w.-]+:REGISTRY|//\S+:(?:_AUTHTOKEN|_AUTH|_PASSWORD|USERNAME|EMAIL|CERTFILE|KEYFILE)"
    r"|REGISTRY|_AUTH|_AUTHTOKEN|CA|CAFILE|CERT|KEY|STRICT_SSL|PROXY|HTTPS?_PROXY|NO_?PROXY|LOCAL_ADDRESS|MAXSOCKETS"
    r"|FETCH_\w+|OFFLINE|CACHE|USERCONFIG|GLOBALCONFIG|LEGACY_PEER_DEPS|BEFORE|LOGLEVEL)"
)
_DECIDES = re.compile(
    r"UV_(?:DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|INDEX_STRATEGY|FIND_LINKS|NO_INDEX|CONFIG_FILE|NO_CONFIG|EXCLUDE_NEWER)"
    r"|NPM_CONFIG_(?:@[\w.-]+:REGISTRY|REGISTRY|USERCONFIG|GLOBALCONFIG|LEGACY_PEER_DEPS|BEFORE)",
    re.IGNORECASE,
)
"""The allowed settings that affect which releases are chosen; the others affect how they are reached."""
_PASSES = re.compile(f"{_SYSTEM}|UV_{_UV}|NPM_CONFIG_{_NPM}", re.IGNORECASE)


def passes(name: str) -> bool:
    """Tell whether the variable *name* of the user's environment applies to package managers."""
    return _PASSES.fullmatch(name) is not None


def decides(name: str) -> bool:
    """Tell whether the variable *name* affects which releases are chosen if there is no lock."""
    return _DECIDES.fullmatch(name) is not None
