"""What one script is and needs, from its text alone; nothing is run."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dvara_examples.core.language import BuiltClass, Reading
from dvara_examples.scaffold.adopt import signs
from dvara_examples.scaffold.adopt.servers import Server, is_server, left_to, server_in, started_by
from dvara_examples.scaffold.adopt.titles import title_in
from dvara_examples.scaffold.adopt.walk import MOST_BYTES, in_tests
from dvara_examples.scaffold.script_lines import Address, Read, addresses, code_of, variables_read
from dvara_examples.toolchains import load_toolchain

ADDRESS_VARIABLE = re.compile(r"(?:^|_)(?:URL|URI|API_BASE|BASE|ENDPOINT|HOST)$")
KEY_VARIABLE = re.compile(r"(?:^|_)(?:KEY|TOKEN|APIKEY)$")
MODEL_VARIABLE = re.compile(r"(?:^|_)MODEL(?:_NAME|_ID)?$")
_IMPORTS = re.compile(r"^[ \t]*(?:import|package|from)[ \t][^\n]*", re.MULTILINE)
_OF_SERVER = re.compile(r"(?:^|_)(?:HOST|AUTH_TOKEN)$")
"""What says where a server itself listens, and who may ask it."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1"})  # noqa: S104 - names that scripts use, nothing is bound


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One script: *relative* is its path relative to the root, *title* is what it says about itself.

    *left_out* tells why it is no example at all, *skip* why it is one that cannot run here. *port* is where a hard-coded address
    expects the gateway, *at_line* the line of that. *remarks* are what the user should look at. *forms* are the address
    variables with the form that their default has, where it is not the usual one. *opens_from* is the folder from which it opens
    a file that is there. *streams* and *asks* count the places in its text that stream, and that send a request. *built* says of
    which build it is a class, and *server* how it is asked, where it is one. *env* are guessed values of variables.
    """

    file: Path
    relative: str
    language: str
    title: str = ""
    left_out: str | None = None
    skip: str | None = None
    reads: tuple[Read, ...] = ()
    port: int | None = None
    at_line: int = 0
    address_variables: tuple[str, ...] = ()
    key_variables: tuple[str, ...] = ()
    model_variables: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    forms: tuple[tuple[str, str], ...] = ()
    opens_from: Path | None = None
    packages: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    streams: int = 0
    asks: int = 0
    built: BuiltClass | None = None
    server: Server | None = None
    env: Mapping[str, str] = field(default_factory=dict)


ASKS_NOTHING, IS_LIBRARY = "asks no model", "runs nothing when started"
NO_KNOWN_CLIENT = "uses no known client library"
"""For a script that imports third-party libraries: one of them may ask a model."""


def survey_script(file: Path, relative: str, language: str, own: frozenset[str] = frozenset()) -> Surveyed:
    """Read one script and describe it; *own* are libraries of the repository that ask a model. Never raises for its text."""
    try:
        if file.stat().st_size > MOST_BYTES:
            return Surveyed(file, relative, language, left_out="is larger than 1 MB")
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        return Surveyed(file, relative, language, left_out="is not UTF-8")
    except OSError as error:
        return Surveyed(file, relative, language, left_out=f"cannot be read ({(error.strerror or str(error)).lower()})")
    code, reading = code_of(text), load_toolchain(language).spelling.reading
    root = file.parents[relative.count("/")]
    packages = reading.imports(code)
    reason = _no_example(relative, text, code, packages, reading, own)
    if reason is not None:
        return Surveyed(file, relative, language, left_out=reason)
    server = server_in(code) if is_server(code) else None
    reads, found = variables_read(code, language), addresses(code)
    if server is not None:
        found = tuple(each for each in found if _port(each) != server.port)
    chooses = signs.service_variable(code)
    names = [r.name for r in reads if r.name != chooses and (server is None or not _OF_SERVER.search(r.name))]
    address_variables = tuple(name for name in names if ADDRESS_VARIABLE.search(name))
    fixed = None if address_variables or chooses else _fixed(found)
    opened, opens_from = _opens(file, code, root)
    return Surveyed(
        file,
        relative,
        language,
        title=title_in(text, language),
        skip=cannot_run(code, fixed, server, chosen=chooses is not None),
        reads=reads,
        port=_port(fixed),
        at_line=fixed.line if fixed else 0,
        address_variables=address_variables,
        key_variables=tuple(name for name in names if KEY_VARIABLE.search(name)),
        model_variables=tuple(name for name in names if MODEL_VARIABLE.search(name)),
        models=tuple(dict.fromkeys(signs.MODEL.findall(code))),
        forms=tuple(_forms(reads, found)),
        opens_from=opens_from,
        packages=() if reading.lists_itself(text) else packages,
        remarks=tuple(_remarks(code, "" if opens_from else opened)),
        streams=len(signs.STREAMS.findall(code)),
        asks=len(signs.ASKS.findall(code)),
        built=reading.build_of(file, text, root),
        server=server,
        env=dict(_guessed_values(reads, chooses, code)),
    )


def _guessed_values(reads: tuple[Read, ...], chooses: str | None, code: str) -> Iterator[tuple[str, str]]:
    """Yield what the variables may hold that say which service is asked, and which model where the script needs that named."""
    if chooses:
        yield chooses, "openai"
    model = signs.MODEL.search(code)
    for read in reads:
        if read.needed and MODEL_VARIABLE.search(read.name):
            yield read.name, model[1] if model else _USUAL_MODEL


_USUAL_MODEL = "gpt-4o"


def _no_example(
    relative: str, text: str, code: str, packages: tuple[str, ...], reading: Reading, own: frozenset[str]
) -> str | None:
    """Return why the script is not an example, or None."""
    name = relative.rpartition("/")[2]
    if in_tests(relative) or (signs.TEST_NAME.search(name) and signs.TEST_CODE.search(code)):
        return "is a test"
    if (
        re.match(r"_(?!\d)", name)
        or name in ("setup.py", "noxfile.py", "conftest.py", "manage.py")
        or ".config." in name
        or ".d." in name
    ):
        return "is a helper by its name"
    if not any(reading.is_client(name) or name in own for name in packages) and not signs.SPEAKS.search(code):
        return signs.OWN_LIBRARY if signs.OTHER_PROVIDER.search(code) else asks_nothing(packages, reading)
    if not reading.runs(text, code):
        program = left_to(code)
        return f"is started by {program}, and not by itself" if program else IS_LIBRARY
    return None


def asks_nothing(imported: tuple[str, ...], reading: Reading) -> str:
    """Return why code without a sign of a request is left out, by the names that it has *imported*."""
    return NO_KNOWN_CLIENT if any(map(reading.is_foreign, imported)) else ASKS_NOTHING


def _fixed(found: tuple[Address, ...]) -> Address | None:
    """Return the hard-coded address, if there is one."""
    local = [each for each in found if _host(each.url) in LOOPBACK]
    return next(iter(local or [each for each in found if re.search(r"/v\d", each.url)]), None)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _port(fixed: Address | None) -> int | None:
    if fixed is None or _host(fixed.url) not in LOOPBACK:
        return None
    parts = urlsplit(fixed.url)
    try:
        return parts.port or (443 if parts.scheme in ("https", "wss") else 80)
    except ValueError:
        return None


def cannot_run(code: str, fixed: Address | None, server: Server | None = None, *, chosen: bool = False) -> str | None:
    """Return why the script cannot run with only a gateway, or None.

    *chosen* tells that a variable says which service it asks.
    """
    for pattern, reason in signs.SERVICES:
        if chosen and reason == signs.AZURE:
            continue
        if pattern.search(code) and not (reason == signs.CERTIFICATE and signs.KEY_ALONE.search(code)):
            return reason
    unserved = signs.UNSERVED.search(_IMPORTS.sub("", code))
    if unserved is not None:
        return f"asks the endpoint {unserved[1]}, which a gateway for models does not have"
    if program := started_by(code) or left_to(code):
        return f"is started by {program}, and not by itself"
    if server is None and is_server(code):
        return "is a server; give it ready and send instead"
    if fixed is not None and _port(fixed) is None:
        return f"asks {fixed.url} itself (line {fixed.line}), past any gateway"
    return None


def _remarks(code: str, missing: str) -> list[str]:
    """Say what the script needs in addition to a gateway; *missing* is a file that it opens and that does not exist."""
    remarks = []
    if signs.READS_INPUT.search(code):
        remarks.append("it reads input, and a run has none")
    if signs.READS_ARGUMENTS.search(code):
        remarks.append("it reads arguments; give them as args")
    if missing:
        remarks.append(f"it opens {missing}, which does not exist; a run starts in an empty folder")
    return remarks


def _opens(file: Path, code: str, root: Path) -> tuple[str, Path | None]:
    """Return the first file that the script opens by a relative path, and the nearest folder that has it.

    The search starts next to the script and goes up to *root*: authors start their scripts from one of these.
    """
    names = (next((group for group in match.groups() if group), "") for match in signs.OPENS_FILE.finditer(code))
    name = next((name for name in names if name and not name.startswith(("/", "~"))), "")
    if not name:
        return "", None
    places = (place for place in file.parents if place.is_relative_to(root))
    return name, next((place for place in places if (place / name).exists()), None)


def _forms(reads: tuple[Read, ...], found: tuple[Address, ...]) -> Iterator[tuple[str, str]]:
    """Yield the variables whose default address does not end with ``/v1``, each with its form."""
    for read in reads:
        default = next((each for each in found if 0 <= each.line - read.line <= 1), None)
        if default is None or not ADDRESS_VARIABLE.search(read.name):
            continue
        try:
            path = urlsplit(default.url).path
        except ValueError:
            continue
        if path.rstrip("/") != "/v1":
            yield read.name, f"http://{{host}}{path}"
