"""Requests that the gateway asked for: a client that follows a redirect sends them by itself."""

from dvara_examples.records.transcript import Exchange, Transcript

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def redirected(seen: Transcript) -> tuple[Exchange, ...]:
    """Return the exchanges that came right after a redirect."""
    pairs = zip(seen.exchanges, seen.exchanges[1:], strict=False)
    return tuple(after for before, after in pairs if before.response is not None and before.response.status in _REDIRECTS)
