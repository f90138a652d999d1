"""The two parsers of PyYAML: an installation without libyaml must say the same of the same manifest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from yaml.events import StreamEndEvent

from dvara_examples.manifest.source import FASTEST, open_events, position_of

DATA = Path(__file__).parents[1] / "data"
READABLE = [path for path in sorted(DATA.glob("*manifests/*/manifest.yaml")) if b"title" in path.read_bytes()]


def _facts(text: str, loader: type) -> Iterator[tuple[object, ...]]:
    """Yield what the reader looks at in each event, and at the end whether the text was broken."""
    try:
        next_event = open_events(text, loader)
        while not isinstance(event := next_event(), StreamEndEvent):
            plain = not getattr(event, "style", None)
            words = [getattr(event, name, None) for name in ("value", "tag", "anchor")]
            yield type(event), position_of(event), plain, *words
    except yaml.YAMLError as error:
        yield (type(error),)


def test_libyaml_is_used_where_it_is_there() -> None:
    """The wheels of PyYAML bring libyaml, which is ten times as fast."""
    assert yaml.__with_libyaml__ is (FASTEST is not yaml.SafeLoader)


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.parent.name)
def test_both_parsers_say_the_same(path: Path) -> None:
    """Every event has the same kind, value, tag, anchor and position, whichever parser read it."""
    text = path.read_bytes().decode(errors="ignore")
    assert list(_facts(text, FASTEST)) == list(_facts(text, yaml.SafeLoader))
