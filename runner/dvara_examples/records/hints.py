"""Problems between a user and a run: each function describes one condition and its fix.

``run`` prints these sentences when it meets the condition, ``doctor`` when it looks for it, so both say the same.
"""

import errno
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from dvara_examples.core.errors import Diagnosis, refused_by_system
from dvara_examples.core.values import nearest
from dvara_examples.records.transcript import Exchange

KEY, MODEL = "key", "model"
"""What can be at fault although the gateway answers."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_MOST_LISTED = 5


def nothing_listens(base_url: str) -> Diagnosis:
    """The connection is refused."""
    return Diagnosis(f"nothing listens at {base_url}", "start the gateway, or check host and port in DVARA_URL")


def unknown_host(base_url: str) -> Diagnosis:
    """The resolver does not know the host."""
    return Diagnosis(f"the host in {base_url} is not known to this machine", "check the spelling of DVARA_URL")


def silent(base_url: str) -> Diagnosis:
    """No answer comes in time."""
    return Diagnosis(f"the gateway at {base_url} does not answer in time", "check that it is up and reachable")


def no_proper_answer(base_url: str) -> Diagnosis:
    """The answer is not HTTP, or there is none."""
    return Diagnosis(f"the gateway at {base_url} ends the connection without a proper answer", "check DVARA_URL")


def speaks_http2_alone(base_url: str) -> Diagnosis:
    """The server answers with HTTP/2 frames, or agrees to nothing else."""
    hint = "switch HTTP/1.1 on there, or put a proxy in front of it that speaks both"
    return Diagnosis(f"the gateway at {base_url} speaks only HTTP/2; this tool needs HTTP/1.1", hint)


def speaks_no_tls(base_url: str, said: str) -> Diagnosis:
    """TLS was tried with a server that speaks plain text."""
    return Diagnosis(f"{base_url} does not speak TLS{_in_brackets(said)}", "try http:// in DVARA_URL")


def not_trusted(base_url: str, said: str) -> Diagnosis:
    """The certificate is not trusted, or the handshake failed in another way."""
    cause = f"no TLS connection to {base_url}{_in_brackets(said)}"
    return Diagnosis(cause, "check the address, or name your certificates in SSL_CERT_FILE")


def no_way(base_url: str, why: Diagnosis) -> Diagnosis:
    """There is no connection; *why* may have its own hint, as a proxy's refusal does."""
    return Diagnosis(f"the gateway at {base_url} cannot be reached: {why.cause}", why.hint or "check DVARA_URL and your network")


def kept_in(base_url: str) -> Diagnosis:
    """The user forbade network use, and named a gateway elsewhere."""
    hint = "remove --offline, or use --gateway embedded"
    return Diagnosis(f"the gateway at {base_url} is on another machine, and --offline keeps this run on its own", hint)


def key_missing(base_url: str) -> Diagnosis:
    """A gateway is named, but no key."""
    hint = "set it with export DVARA_API_KEY=gw_…, or to any text where the gateway needs no key"
    return Diagnosis(f"DVARA_URL names the gateway at {base_url}, but DVARA_API_KEY is not set", hint, KEY)


def key_refused(base_url: str, status: int, said: str) -> Diagnosis:
    """The gateway does not know the key (401), or knows it but does not allow this (403)."""
    if status == 403:
        cause = f"the gateway at {base_url} does not allow the key in DVARA_API_KEY to do this ({status}{said})"
        return Diagnosis(cause, "allow this for the key or its workspace, or use another key", KEY)
    cause = f"the gateway at {base_url} does not accept the key in DVARA_API_KEY ({status}{said})"
    return Diagnosis(cause, "check the key, and set a valid one with export DVARA_API_KEY=gw_…", KEY)


def redirects(base_url: str, status: int) -> Diagnosis:
    """The address only redirects to another one."""
    return Diagnosis(f"{base_url} redirects to another address ({status})", "set DVARA_URL to that address itself")


def web_page(base_url: str, status: int) -> Diagnosis:
    """Something other than a gateway answers."""
    cause = f"{base_url} answers with an HTML page ({status}): no gateway there"
    return Diagnosis(cause, "check host, port and path in DVARA_URL")


def wrong_prefix(base_url: str) -> Diagnosis:
    """A DVARA answers, but not at this path."""
    return Diagnosis(f"the gateway answers, but not at {base_url} (404)", "check the part before /v1 in DVARA_URL")


def doubled_prefix(name: str, mended: str) -> Diagnosis:
    """The address says /v1 twice."""
    return Diagnosis(f"{name} contains /v1/v1, where no gateway answers", f"set it with export {name}={mended}")


def not_canonical(target: str) -> Diagnosis:
    """A base URL with a trailing slash was joined with a path that begins with one."""
    cause = f"the request asked for {target}, and a path with // is refused (400 invalid_path)"
    return Diagnosis(cause, "remove the slash at the end of the base URL before adding a path")


def model_unknown(model: str, models: Sequence[str] = ()) -> Diagnosis:
    """No provider serves the *model*; *models* are those that the gateway lists."""
    near = nearest(model, models)
    named = [near, *(other for other in models if other != near)] if near else list(models)
    listed = f" (it lists {', '.join(named[:_MOST_LISTED])}{', …' if len(named) > _MOST_LISTED else ''})" if named else ""
    hint = f"set another with export DVARA_MODEL={named[0]}" if named else "name one that it serves in DVARA_MODEL"
    return Diagnosis(f"the gateway has no provider for the model {model!r} (400 no_provider){listed}", hint, MODEL)


def rate_limited(base_url: str, said: str, wait_s: str | None) -> Diagnosis:
    """The gateway, or the provider behind it, wants a pause."""
    pause = f"in {wait_s} s" if wait_s else "later"
    return Diagnosis(f"the gateway at {base_url} limits the rate of requests (429{said})", f"try again {pause}")


def refused_otherwise(base_url: str, status: int, said: str) -> Diagnosis:
    """An error status that none of the others covers."""
    # Some gateways refuse a key with a status other than 401: LiteLLM without a database does with 400.
    check = "DVARA_URL and the key in DVARA_API_KEY" if 400 <= status < 500 else "that it is up and ready"
    return Diagnosis(f"the gateway at {base_url} answers {status}{said}", f"check {check}")


def provider_failed(base_url: str, status: int, said: str) -> Diagnosis:
    """The gateway is up, but what is behind it does not answer properly."""
    cause = f"the gateway at {base_url} is up, but its provider fails ({status}{said})"
    return Diagnosis(cause, "check the provider's key and state in the gateway's own log, and try again in half a minute", MODEL)


def disk_refused(where: Path, error: OSError) -> Diagnosis:
    """*where* cannot be written to: the disk is full, or there is another obstacle."""
    if error.errno in FULL:
        return Diagnosis(
            f"the disk that holds {where} is full ({error.strerror})",
            "free some space there, or name folders on another disk in DVARA_EXAMPLES_CACHE and DVARA_EXAMPLES_STATE",
        )
    hint = "make it writable, or let DVARA_EXAMPLES_CACHE and DVARA_EXAMPLES_STATE name folders that are"
    return Diagnosis(f"{where} cannot be written to ({error.strerror or error})", hint)


def is_about_temporary_files(error: OSError) -> bool:
    """Tell whether no folder can take temporary files, in Python's words."""
    return isinstance(error, FileNotFoundError) and "temporary directory" in (error.strerror or "")


def system_refused(error: OSError) -> Diagnosis:
    """The operating system refused to write or start something."""
    if is_about_temporary_files(error):
        return Diagnosis(refused_by_system(error), "name a writable folder in TMPDIR, and run again")
    free = "some disk space" if error.errno in FULL else "what it asks for"
    return Diagnosis(refused_by_system(error), f"free {free} and run again")


def node_too_old(found: str, said: str, floor: str) -> Diagnosis:
    """The Node.js on PATH is older than the minimum."""
    hint = f"install Node.js {floor} or newer, or take it from PATH: another is then fetched"
    return Diagnosis(f"{found} reports {said or 'no version'!r}, {floor} or newer is needed", hint)


def of_refusal(exchange: Exchange, base_url: str, model: str, models: Sequence[str] = ()) -> Diagnosis | None:
    """Return what an answer of the gateway at *base_url* says about set-up, or None if it is about the request itself."""
    response = exchange.response
    if response is None:
        return no_way(base_url, exchange.problem or Diagnosis("it closed the connection before it answered", ""))
    if response.status < 400:
        return None
    status, code = response.status, error_field(response.body, "code")
    message = error_field(response.body, "message")
    said = f": {message.rstrip(' .')}" if message else ""
    match status, code:
        case 400, "no_provider":
            return model_unknown(model, models)
        case 400, "invalid_path":
            return not_canonical(exchange.request.target)
        case (401, _) | (403, "api_key_scope" | "workspace_suspended" | ""):
            return key_refused(base_url, status, said)
        case (402, _):
            return Diagnosis(f"the gateway at {base_url} has no budget left for the key (402{said})", "have it raised", KEY)
        case (404 | 405, _):
            return wrong_prefix(base_url)
        case (429, _):
            return rate_limited(base_url, said, response.header("Retry-After"))
        case 502 | 503 | 504, _:
            return provider_failed(base_url, status, said)
    return None


def error_field(body: bytes, name: str) -> str:
    """Return a text of the error envelope in *body*, safe to print, or nothing if it has none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    error = value.get("error") if isinstance(value, Mapping) else None
    found = error.get(name) if isinstance(error, Mapping) else None
    return "".join(c for c in found if c.isprintable())[:200] if isinstance(found, str) else ""


def _in_brackets(said: str) -> str:
    return f" ({said})" if said else ""
