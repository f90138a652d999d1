"""One name, one thing: a class name that is public means the same everywhere."""

import ast
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "runner" / "dvara_examples"


def test_no_public_class_name_has_two_meanings() -> None:
    """Each public class name is defined in one module alone."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(path.relative_to(PACKAGE)))
    assert len(found) > 200
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_the_top_of_the_package_is_small() -> None:
    """Nothing but the package and its command lies at the top, so that every module has a room."""
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}
