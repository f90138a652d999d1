"""A language runtime on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime that fits: its version, the executable, and where it was found (``PATH``, ``JAVA_HOME``, ``provisioned``)."""

    language: str
    version: str
    executable: Path
    origin: str
    details: Mapping[str, str] = field(default_factory=dict)
