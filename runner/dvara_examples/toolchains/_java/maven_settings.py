"""The two parts of Maven's ``settings.xml`` that our own downloads follow: the local repository and a mirror.

Maven's resolver itself reads all else (credentials, proxies, profiles) once it runs.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from dvara_examples.core.world import World

_EVERY_CENTRAL = frozenset({"*", "central", "external:*"})


@dataclass(frozen=True, slots=True)
class MavenSettings:
    """*local_repository* is Maven's folder of downloads; *mirror* the address that replaces the central repository."""

    local_repository: Path
    mirror: str | None = None


def read_settings(world: World) -> MavenSettings:
    """Return what the user's ``settings.xml`` says; Maven's resolver reports one that cannot be read."""
    home = Path(world.env("HOME") or world.cwd) / ".m2"
    try:
        # The file is the user's own, and expat as shipped bounds entity expansion.
        root = ElementTree.fromstring(_without_namespace((home / "settings.xml").read_text("utf-8")))  # noqa: S314
    except (OSError, UnicodeDecodeError, ElementTree.ParseError):
        return MavenSettings(home / "repository")
    local = (root.findtext("localRepository") or "").strip().replace("${user.home}", str(home.parent))
    return MavenSettings(Path(local) if local else home / "repository", _mirror(root))


def _mirror(root: ElementTree.Element) -> str | None:
    """Return the first mirror of Maven's central repository."""
    for mirror in root.iterfind("mirrors/mirror"):
        covered = {part.strip() for part in (mirror.findtext("mirrorOf") or "").split(",")}
        if covered & _EVERY_CENTRAL and "!central" not in covered:
            return (mirror.findtext("url") or "").strip().rstrip("/") or None
    return None


def _without_namespace(text: str) -> str:
    """Drop the default namespace, which Maven allows but does not require."""
    return re.sub(r'\sxmlns="[^"]*"', "", text, count=1)
