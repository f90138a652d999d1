"""Translates pip's settings for package sources to uv, which installs the packages but does not read pip's settings.

pip reads the files of the machine, then those of the user, then the one that ``PIP_CONFIG_FILE`` names; variables come last:
https://pip.pypa.io/en/stable/topics/configuration/
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from dvara_examples.core.world import World

_READ = ("index-url", "extra-index-url", "find-links", "trusted-host", "cert", "proxy", "timeout", "keyring-provider")
_OTHER_NAMES = {"default-timeout": "timeout"}
_SECTIONS = ("global", "install")


def as_uv_reads_them(world: World) -> dict[str, str]:
    """Return pip's settings as variables of uv; those that would stop uv, such as a missing folder, are left out."""
    said = {**_of_files(world), **_of_variables(world.environ)}
    found = {
        "UV_DEFAULT_INDEX": said.get("index-url", ""),
        "UV_EXTRA_INDEX_URL": " ".join(said.get("extra-index-url", "").split()),
        "UV_FIND_LINKS": ",".join(place for place in said.get("find-links", "").split() if _can_be_read(place)),
        "UV_INSECURE_HOST": " ".join(said.get("trusted-host", "").split()),
        "SSL_CERT_FILE": said.get("cert", ""),
        "ALL_PROXY": said.get("proxy", ""),
        "UV_HTTP_TIMEOUT": said["timeout"] if said.get("timeout", "").isdecimal() else "",
        "UV_KEYRING_PROVIDER": "subprocess" if said.get("keyring-provider") == "subprocess" else "",
    }
    return {name: value for name, value in found.items() if value}


def _can_be_read(place: str) -> bool:
    return "://" in place or Path(place).exists()


def _of_variables(environ: Mapping[str, str]) -> dict[str, str]:
    names = (*_READ, *_OTHER_NAMES)
    found = {name: environ.get(f"PIP_{name.upper().replace('-', '_')}", "") for name in names}
    return {_OTHER_NAMES.get(name, name): value for name, value in found.items() if value}


def _of_files(world: World) -> dict[str, str]:
    from configparser import ConfigParser, Error

    found: dict[str, str] = {}
    for file in filter(Path.is_file, _files(world)):
        parser = ConfigParser(interpolation=None)
        try:
            parser.read_string(file.read_text("utf-8"))
        except (OSError, ValueError, Error):
            continue  # pip reports what is wrong with it; here it is ignored
        for section in _SECTIONS:
            if section in parser:
                said = {_OTHER_NAMES.get(name, name): value for name, value in parser[section].items()}
                found |= {name: value for name, value in said.items() if name in _READ}
    return found


def _files(world: World) -> Iterator[Path]:
    named = world.environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    yield Path("/etc/pip.conf")
    for folder in (world.env("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep):
        yield Path(folder, "pip", "pip.conf")
    if home := world.env("HOME"):
        yield Path(home, ".pip", "pip.conf")
        yield Path(world.env("XDG_CONFIG_HOME") or Path(home, ".config"), "pip", "pip.conf")
    if named:
        yield Path(named)
