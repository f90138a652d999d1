"""A language runtime on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Runtime:
    """A usable runtime: its version, the executable, and where it was found (``PATH``, ``JAVA_HOME``, ``provisioned``)."""

    language: str
    version: str
    executable: Path
    origin: str
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def built_by(self) -> str:
        """What builds and starts scripts, in brackets, if it is not the runtime itself: ``jbang`` or ``built-in``."""
        launcher = self.details.get("launcher")
        return f" ({launcher})" if launcher else ""
