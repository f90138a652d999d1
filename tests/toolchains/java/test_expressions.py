"""``${…}`` in the values of directives."""

from pathlib import Path

import pytest

from dvara_examples.core.errors import ToolchainError
from dvara_examples.core.world import World
from dvara_examples.toolchains._java.expressions import expand, properties_of


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
