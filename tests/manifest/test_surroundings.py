"""What surrounds a script, as the manifest says it: folder, input, ``.env`` file, port and variables."""

from pathlib import Path

import pytest

from dvara_examples.core.errors import ManifestError
from dvara_examples.manifest import load_manifest
from dvara_examples.manifest.model import EndpointVariables, ScriptSetting


def write(folder: Path, example: str, variant: str = "a.py", top: str = "") -> Path:
    """Write a manifest with one example, which has the lines *example*, and return its path."""
    (folder / "a.py").touch()
    path = folder / "manifest.yaml"
    head = f"version: 1\n{top}examples:\n  - id: one\n    title: One\n    expect: {{exit: 0}}\n"
    path.write_text(f"{head}    variants: {{python: {variant}}}\n{example}")
    return path


def surroundings(path: Path) -> ScriptSetting:
    """Return the surroundings of the only variant."""
    (variant,) = load_manifest(path, path.parent).variants
    return variant.surroundings


def test_a_variant_goes_before_its_example(tmp_path: Path) -> None:
    """What a variant says of its surroundings replaces what its example says, key by key."""
    (tmp_path / "data").mkdir()
    path = write(tmp_path, "    listen: 8080\n    stdin: a\n", "{file: a.py, listen: 9090, cwd: data}")
    assert surroundings(path) == ScriptSetting(cwd=tmp_path / "data", stdin="a", listen=9090)


def test_the_manifests_endpoint_holds_for_all(tmp_path: Path) -> None:
    """``endpoint`` at the top holds where an example has none of its own."""
    top = "endpoint: {url: [A, B], key: C, model: D}\n"
    assert surroundings(write(tmp_path, "", top=top)).endpoint == EndpointVariables({"A": "", "B": ""}, ("C",), ("D",))
    own = "    endpoint: {url: {E: 'http://{host}'}}\n"
    assert surroundings(write(tmp_path, own, top=top)).endpoint == EndpointVariables({"E": "http://{host}"})


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("listen: 0", "listen: expected a whole number from 1 to 65535, found the number 0"),
        ("listen: 70000", "listen: expected a whole number from 1 to 65535, found the number 70000"),
        ("listen: '8080'", "listen: expected a whole number from 1 to 65535, found the text '8080'"),
        ("cwd: absent", "cwd: expected an existing folder, found no folder 'absent'"),
        ("cwd: ..", "cwd: expected a path inside the repository, found '..'"),
        ("env_file: .env", "env_file: expected a .env file, found no file at '.env'"),
        ("endpoint: {url: 1X}", "url: expected a variable name (letters, digits and underscores, no digit first), found '1X'"),
        (
            "endpoint: {url: {X: 'http://localhost'}}",
            "X: expected an address with {host} for host and port, such as http://{host}/v1, found ",
        ),
        ("endpoint: {token: X}", "endpoint: expected url, key or model, found 'token'"),
        ("env: {API_KEY: abc}", "env: expected no secrets, found API_KEY; write {key} for the key of the run"),
    ],
)
def test_surroundings_that_are_none(tmp_path: Path, line: str, sentence: str) -> None:
    """Each mistake is told with its place and what is accepted."""
    with pytest.raises(ManifestError) as refused:
        load_manifest(write(tmp_path, f"    {line}\n"), tmp_path)
    (problem,) = refused.value.problems
    assert problem.cause.startswith("manifest.yaml:7:")
    assert sentence in str(problem)


@pytest.mark.parametrize("key", ["sk-proj-" + "a1" * 20, "gw_" + "0a" * 20])
def test_a_real_key_in_an_env_file_is_refused(tmp_path: Path, key: str) -> None:
    """An entry that looks like a real key is refused by its line, never shown, and taken over once ``endpoint`` names it."""
    (tmp_path / ".env").write_text(f"A=1\nMY_TOKEN={key}\n")
    path = write(tmp_path, "    env_file: .env\n")
    with pytest.raises(ManifestError) as refused:
        load_manifest(path, tmp_path)
    (problem,) = refused.value.problems
    assert "env_file: expected no real keys, found what looks like one in MY_TOKEN on line 2 of '.env'" in problem.cause
    assert problem.hint.startswith("list MY_TOKEN under key of endpoint")
    assert key not in str(problem)
    assert surroundings(write(tmp_path, "    env_file: .env\n    endpoint: {key: MY_TOKEN}\n")).env == {"A": "1"}
