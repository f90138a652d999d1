"""Descriptions of gateways: what may stand in one, where they are found, and those that come along."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from dvara_examples.core.errors import GatewayError
from dvara_examples.core.values import InvalidValue
from dvara_examples.core.world import World
from dvara_examples.gateways import open_gateway
from dvara_examples.gateways._description import PLACEHOLDERS, MarkKind, fill, parse_description
from dvara_examples.gateways._find import find_description, known_names
from tests.gateways.relays import relay

Worlds = Callable[..., World]


@pytest.mark.parametrize(
    ("value", "sentence", "path"),
    [
        ([], "expected a mapping, found a list of 0", ()),
        ({"title": "x"}, "expected argv or image, found neither; add what starts the gateway", ()),
        ({"image": "x", "imge": "y"}, "expected a known key, found 'imge'; did you mean 'image'?", ("imge",)),
        ({"argv": ["x", "{prot}"]}, "expected a known placeholder, found {prot}; did you mean 'port'?", ("argv", 1)),
        ({"argv": ["x"], "files": {"../x": ""}}, "expected a relative path inside the folder, found '../x'", ("files", "../x")),
        ({"argv": ["x"], "files": {"/x": ""}}, "expected a relative path inside the folder, found '/x'", ("files", "/x")),
        (
            {"argv": ["x"], "environment": {"A=B": ""}},
            "expected a variable name such as PORT, found 'A=B'",
            ("environment", "A=B"),
        ),
        ({"argv": ["x"], "mark": "cookie"}, "expected key, model, none or header NAME, found 'cookie'", ("mark",)),
        ({"argv": ["x"], "ready": {"path": "x"}}, "expected a path that starts with /, found 'x'", ("ready", "path")),
        (
            {"argv": ["x"], "ready": {"status": 7}},
            "expected a whole number from 100 to 599, found the number 7",
            ("ready", "status"),
        ),
        (
            {"argv": ["x"], "base_path": "/v1/"},
            "expected a path such as /v1, without a slash at its end, found '/v1/'",
            ("base_path",),
        ),
        ({"argv": ["x"], "offers": ["magic"]}, "expected governance, found 'magic'", ("offers", 0)),
    ],
)
def test_a_wrong_description_is_refused_where_it_is_wrong(value: object, sentence: str, path: tuple[str | int, ...]) -> None:
    """Each mistake is told in one sentence, with the place inside the description."""
    with pytest.raises(InvalidValue) as caught:
        parse_description("mine", value)
    assert str(caught.value).startswith(sentence)
    assert caught.value.path == path


def test_placeholders_are_filled_and_other_braces_stay() -> None:
    """JSON and variables of the gateway's own pass as they are."""
    values = {name: name.upper() for name in PLACEHOLDERS}
    assert fill('{"a": "{port}", "b": "${HOME}"}', values) == '{"a": "PORT", "b": "${HOME}"}'


@pytest.mark.parametrize("name", known_names())
def test_each_description_that_comes_along_says_what_was_tried(name: str, world: Worlds) -> None:
    """It parses, has a title, and tells which release was tried, or that none was."""
    kinds = [kind for kind in ("command", "docker") if _startable(name, kind, world())]
    assert kinds
    description = find_description(name, kinds[0], world(), {})  # type: ignore[arg-type]
    assert description.title != name
    assert description.tried
    for text in description.files.values():
        filled = fill(text, dict.fromkeys(PLACEHOLDERS, "7"))
        assert isinstance(yaml.safe_load(filled), dict)


def _startable(name: str, kind: str, world: World) -> bool:
    try:
        find_description(name, kind, world, {})  # type: ignore[arg-type]
    except GatewayError:
        return False
    return True


def test_the_manifests_own_description_goes_first(world: Worlds) -> None:
    """A gateway of the manifest may be called like one that comes along, and the only one needs no name."""
    own = {"litellm": relay(image="")}
    assert find_description("litellm", "command", world(), own).title == "a relay"
    assert find_description("", "command", world(), own).title == "a relay"
    assert find_description("", "docker", world(), own).title == "DVARA gateway"


def test_a_file_is_a_description(world: Worlds, tmp_path: Path) -> None:
    """A name with a slash or a YAML suffix is a file, relative to where the user is."""
    (tmp_path / "mine.yaml").write_text("argv: [mine]\nmark: header X-Run\n", "utf-8")
    description = find_description("mine.yaml", "command", world(), {})
    assert (description.name, description.argv, description.mark) == ("mine", ("mine",), MarkKind.HEADER)
    assert description.mark_header == "X-Run"


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("mine.yaml", "argv: [a", "mine.yaml:1:9: expected YAML"),
        ("mine.yaml", "argv: 7", "mine.yaml: argv: expected a list, found the number 7; write [a, b]"),
        ("mine.yaml", None, "mine.yaml cannot be read (No such file or directory); name a file"),
        ("litelm", None, "unknown gateway 'litelm'; did you mean 'litellm'?"),
        ("dvara", None, "the description of dvara has no argv, which --gateway command starts; use --gateway docker:dvara"),
        ("", None, "expected one gateway that --gateway command can start, found none in the manifest; name one"),
    ],
)
def test_what_cannot_be_started_is_told_with_what_can(
    world: Worlds, tmp_path: Path, name: str, text: str | None, sentence: str
) -> None:
    """Every way to miss a description has its sentence and a hint."""
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(GatewayError) as caught:
        find_description(name, "command", world(), {})
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("asked", ["embedded:x", "nothing", "url:"])
def test_a_kind_that_takes_no_name_refuses_one(world: Worlds, asked: str) -> None:
    """What is no kind, or a kind with a name that it does not take, is refused before anything starts."""
    with pytest.raises(GatewayError, match="expected"), open_gateway(asked, world()):
        pass
