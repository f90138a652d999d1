"""``${…}`` in the values of directives, with the meaning that JBang gives it.

``${name}`` is a property, ``${env.NAME}`` an environment variable, ``${a,b}`` the first of two that has a value,
``${name:default}`` gives a default, and ``$$`` is a dollar sign.
"""

import os
import platform
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Lock

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World

_PART = re.compile(r"\$\$|\$\{(?P<names>[^}:]*)(?::(?P<default>[^}]*))?\}")
_SYSTEMS = {"Linux": ("Linux", "linux", "linux"), "Darwin": ("Mac OS X", "osx", "mac"), "Windows": ("Windows", "windows", "win")}
_MACHINES = {
    "x86_64": ("amd64", "x86_64"),
    "AMD64": ("amd64", "x86_64"),
    "aarch64": ("aarch64", "aarch_64"),
    "arm64": ("aarch64", "aarch_64"),
    "ppc64le": ("ppc64le", "ppcle_64"),
    "s390x": ("s390x", "s390_64"),
    "riscv64": ("riscv64", "riscv64"),
    "loongarch64": ("loongarch64", "loongarch_64"),
}
_VERSION = re.compile(r"((\d+)\.(\d+))")
_RELEASE_FILES = ("/etc/os-release", "/usr/lib/os-release")


def expand(value: str, properties: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """Return *value* with every expression replaced. Raises ToolchainError if one has neither value nor default."""

    def replacement(part: re.Match[str]) -> str:
        if part.group() == "$$":
            return "$"
        for name in (name.strip() for name in part.group("names").split(",")):
            found = properties.get(name, environ.get(name[4:]) if name.startswith("env.") else None)
            if found is not None:
                return found
        if part.group("default") is None:
            raise ToolchainError(
                f"{part.group()} has no value",
                "JVM properties, ${os.detected.NAME}, ${env.NAME} and ${name:default} are accepted: set it, or give it a default",
            )
        return part.group("default")

    return _PART.sub(replacement, value)


class Properties(Mapping[str, str]):
    """The properties that a directive can name; the JVM is asked for its own when one of them is needed. Safe from any thread."""

    def __init__(self, known: Mapping[str, str], ask_jvm: Callable[[], Mapping[str, str]] = dict) -> None:
        self._known = known
        self._ask_jvm = ask_jvm
        self._lock = Lock()
        self._of_jvm: Mapping[str, str] | None = None

    def __getitem__(self, name: str) -> str:
        """Return the value of *name*."""
        return self._known[name] if name in self._known else self._all_of_jvm()[name]

    def __iter__(self) -> Iterator[str]:
        """Yield every name."""
        return iter(dict.fromkeys([*self._known, *self._all_of_jvm()]))

    def __len__(self) -> int:
        """Return the number of names."""
        return len(list(iter(self)))

    def _all_of_jvm(self) -> Mapping[str, str]:
        with self._lock:
            if self._of_jvm is None:
                self._of_jvm = self._ask_jvm()
            return self._of_jvm


def properties_of(world: World, ask_jvm: Callable[[], Mapping[str, str]] = dict) -> Properties:
    """Return the properties for the scripts of *world*: those of the system, then those that *ask_jvm* returns."""
    return Properties(
        {
            "user.dir": str(world.cwd),
            "file.separator": os.sep,
            "path.separator": os.pathsep,
            "/": os.sep,
            **detected(platform.system(), platform.machine(), platform.release(), _os_release()),
        },
        ask_jvm,
    )


def detected(system: str, machine: str, version: str, release: Mapping[str, str]) -> dict[str, str]:
    """Return the system in the words of Java (``os.name``), of Maven's detector (``os.detected.*``) and of JavaFX (``jfxname``).

    *release* is the content of ``/etc/os-release``.
    """
    name, detected_name, jfx_name = _SYSTEMS.get(system, (system, system.lower(), system.lower()))
    arch, detected_arch = _MACHINES.get(machine, (machine, machine))
    found = {
        "os.name": name,
        "os.arch": arch,
        "os.detected.name": detected_name,
        "os.detected.arch": detected_arch,
        "os.detected.bitness": "64" if "64" in detected_arch else "32",
        "os.detected.classifier": f"{detected_name}-{detected_arch}",
        "os.detected.jfxname": "mac-aarch64" if (jfx_name, arch) == ("mac", "aarch64") else jfx_name,
    }
    if numbers := _VERSION.match(version):
        for part, value in zip(("", ".major", ".minor"), numbers.groups(), strict=True):
            found[f"os.detected.version{part}"] = value
    if detected_name == "linux" and "ID" in release:
        found["os.detected.release"] = release["ID"]
        if "VERSION_ID" in release:
            found["os.detected.release.version"] = release["VERSION_ID"]
        found |= {f"os.detected.release.like.{like}": "true" for like in (release["ID"], *release.get("ID_LIKE", "").split())}
    return found


def _os_release() -> dict[str, str]:
    """Return what the first readable ``os-release`` file says."""
    for name in _RELEASE_FILES:
        try:
            lines = Path(name).read_text("utf-8", errors="replace").splitlines()
        except OSError:
            continue
        pairs = (line.partition("=") for line in lines)
        return {key: value.strip().replace('"', "") for key, equals, value in pairs if equals}
    return {}
