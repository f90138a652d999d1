"""``${…}`` in the values of directives, with the meaning that JBang gives it.

``${name}`` is a property, ``${env.NAME}`` a variable of the environment, ``${a,b}`` the first of two that is known,
``${name:default}`` gives a default, and ``$$`` is a dollar sign.
"""

import os
import platform
import re
from collections.abc import Mapping

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World

_PART = re.compile(r"\$\$|\$\{(?P<names>[^}:]*)(?::(?P<default>[^}]*))?\}")
_SYSTEMS = {"Linux": ("Linux", "linux"), "Darwin": ("Mac OS X", "osx")}
_MACHINES = {
    "x86_64": ("amd64", "x86_64"),
    "AMD64": ("amd64", "x86_64"),
    "aarch64": ("aarch64", "aarch_64"),
    "arm64": ("aarch64", "aarch_64"),
}


def expand(value: str, properties: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """Return *value* with every expression replaced. Raises ToolchainError where one has neither value nor default."""

    def replacement(part: re.Match[str]) -> str:
        if part.group() == "$$":
            return "$"
        for name in (name.strip() for name in part.group("names").split(",")):
            found = properties.get(name, environ.get(name[4:]) if name.startswith("env.") else None)
            if found is not None:
                return found
        if part.group("default") is None:
            raise ToolchainError(
                f"{part.group()} has no value; JVM properties, ${{env.NAME}} and ${{name:default}} are accepted: "
                "set it, or give it a default"
            )
        return part.group("default")

    return _PART.sub(replacement, value)


def properties_of(world: World) -> Mapping[str, str]:
    """Return the properties that can be known without a JVM: user, separators, and the system in Java's and Maven's words."""
    system, detected_system = _SYSTEMS.get(platform.system(), (platform.system(), platform.system().lower()))
    machine, detected_machine = _MACHINES.get(platform.machine(), (platform.machine(), platform.machine()))
    return {
        "user.home": world.env("HOME") or "",
        "user.dir": str(world.cwd),
        "file.separator": os.sep,
        "path.separator": os.pathsep,
        "/": os.sep,
        "os.name": system,
        "os.arch": machine,
        "os.detected.name": detected_system,
        "os.detected.arch": detected_machine,
        "os.detected.classifier": f"{detected_system}-{detected_machine}",
    }
