"""``${…}`` in the values of directives."""

from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains import Runtime
from dvara_examples.toolchains._java.expressions import detected, expand, properties_of
from dvara_examples.toolchains._java.jdk import Jdk, jvm_properties


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a:b:${version}", "a:b:1.2"),
        ("${env.NAME}", "from environment"),
        ("${none:fallback}", "fallback"),
        ("${none:}", ""),
        ("${none,version}", "1.2"),
        ("$${version}", "${version}"),
        ("cost $5", "cost $5"),
        ("${ version }", "1.2"),
        ("${version:unused} ${version}", "1.2 1.2"),
    ],
)
def test_expressions(written: str, meant: str) -> None:
    """Properties, the environment, alternatives, defaults and the doubled dollar sign mean what they mean to JBang."""
    assert expand(written, {"version": "1.2"}, {"NAME": "from environment"}) == meant


@pytest.mark.parametrize("written", ["${none}", "${env.NONE}", "${none,other}"])
def test_without_value(written: str) -> None:
    """An expression without value or default is named."""
    with pytest.raises(ToolchainError, match=r"has no value; .* give it a default"):
        expand(written, {}, {})


def test_properties(world: World) -> None:
    """The platform's name can be used in a coordinate, as JavaFX and Netty need it."""
    found = properties_of(world)
    assert found["os.detected.classifier"] == f"{found['os.detected.name']}-{found['os.detected.arch']}"
    assert Path(found["user.dir"]) == world.cwd


@pytest.mark.parametrize(
    ("system", "machine", "name", "arch", "jfxname"),
    [
        ("Linux", "x86_64", "linux", "x86_64", "linux"),
        ("Linux", "aarch64", "linux", "aarch_64", "linux"),
        ("Darwin", "arm64", "osx", "aarch_64", "mac-aarch64"),
        ("Darwin", "x86_64", "osx", "x86_64", "mac"),
        ("Windows", "AMD64", "windows", "x86_64", "win"),
    ],
)
def test_detected_system(system: str, machine: str, name: str, arch: str, jfxname: str) -> None:
    """``os.detected.*`` are the names of Maven's detector, and JavaFX has its own name for the system."""
    found = detected(system, machine, "6.1.0", {"ID": "debian", "VERSION_ID": "12", "ID_LIKE": "a b"})
    assert found["os.detected.classifier"] == f"{name}-{arch}"
    assert (found["os.detected.name"], found["os.detected.arch"]) == (name, arch)
    assert (found["os.detected.jfxname"], found["os.detected.bitness"]) == (jfxname, "64")
    assert [found[f"os.detected.version{part}"] for part in ("", ".major", ".minor")] == ["6.1", "6", "1"]
    is_linux = system == "Linux"
    assert found.get("os.detected.release") == ("debian" if is_linux else None)
    assert found.get("os.detected.release.version") == ("12" if is_linux else None)
    assert [f"os.detected.release.like.{like}" in found for like in ("debian", "a", "b")] == [is_linux] * 3


@pytest.mark.parametrize(
    "name",
    [
        "java.version",
        "java.specification.version",
        "java.home",
        "java.io.tmpdir",
        "java.vendor",
        "user.name",
        "user.home",
        "os.version",
    ],
)
def test_every_property_of_the_jvm(name: str, java_world: World, runtime: Runtime) -> None:
    """A directive can name what the JVM itself knows, and gets the JVM's own value."""
    jdk = Jdk(runtime.executable.parent.parent, runtime.version, runtime.origin)
    properties = properties_of(java_world, lambda: jvm_properties(jdk, java_world))
    assert expand(f"${{{name}}}", properties, {}) == jvm_properties(jdk, java_world)[name] != ""
    if name == "java.version":
        assert properties[name] == runtime.version


def test_home_of_the_user_is_the_jvms(java_world: World, runtime: Runtime, tmp_path: Path) -> None:
    """``user.home`` is what the password file says: another HOME does not move it."""
    jdk = Jdk(runtime.executable.parent.parent, runtime.version, runtime.origin)
    assert java_world.environ["HOME"] == str(tmp_path / "home")
    assert jvm_properties(jdk, java_world)["user.home"] != str(tmp_path / "home")


def test_jvm_is_asked_once_and_only_where_needed(world: World) -> None:
    """What is known without a JVM costs none."""
    asked = []

    def ask() -> dict[str, str]:
        asked.append("asked")
        return {"java.version": "25"}

    properties = properties_of(world, ask)
    assert expand("${os.detected.jfxname}", properties, {}) != ""
    assert asked == []
    assert expand("${java.version} ${java.version}", properties, {}) == "25 25"
    assert asked == ["asked"]
