"""What a ``pom.xml`` says, as far as it is needed to tell where classes come from and go to."""

import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

PROPERTY = re.compile(r"\$\{([\w.-]+)\}")


def read_pom(pom: Path) -> ElementTree.Element | None:
    """Return the content of *pom* without its namespace, or None if it cannot be read."""
    try:
        # The file is the user's own, and expat as shipped bounds entity expansion.
        root = ElementTree.fromstring(pom.read_bytes())  # noqa: S314
    except (OSError, ElementTree.ParseError, ValueError):
        return None
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    return root


def properties_of(root: ElementTree.Element) -> dict[str, str]:
    """Return the properties that a ``pom.xml`` sets itself."""
    return {each.tag: (each.text or "").strip() for each in root.iterfind("properties/*")}


def classes_of(home: Path) -> Path:
    """Return the folder of classes of the build in *home*: the one in its ``pom.xml``, else the usual one."""
    root = read_pom(home / "pom.xml")
    if root is None:
        return home / "target" / "classes"
    said = _places(root, home)
    target = said["project.build.directory"] = str(_place(root.findtext("build/directory") or "target", home, said))
    return _place(root.findtext("build/outputDirectory") or f"{target}/classes", home, said)


def sources_of(home: Path) -> list[Path]:
    """Return the folders of sources that the ``pom.xml`` in *home* names, by itself or for a plug-in that adds some."""
    root = read_pom(home / "pom.xml")
    if root is None:
        return []
    named = (root.findtext("build/sourceDirectory"), *(each.text for each in root.iterfind(".//sources/source")))
    return [_place(each, home, _places(root, home)) for each in named if each]


def _places(root: ElementTree.Element, home: Path) -> dict[str, str]:
    return {**properties_of(root), "basedir": str(home), "project.basedir": str(home)}


def _place(written: str, home: Path, said: Mapping[str, str]) -> Path:
    filled = PROPERTY.sub(lambda found: said.get(found[1], found[0]), written.strip())
    return Path(*(part for part in (home / filled).parts if part != "."))
